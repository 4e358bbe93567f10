import type { Pool } from 'pg'
import type { PostId, UserId } from '../../../shared/ids.ts'
import type { DeliveryRange, DeliveryRanges } from '../../ports/delivery-ranges.ts'
import { answered } from './failure.ts'

export interface RangeRow {
  readonly delivery: string
  readonly number: number
  readonly partition: number
  readonly author: UserId
  readonly posts: readonly PostId[]
  readonly after: UserId
  readonly up_to: UserId | null
}

export const RANGE_COLUMNS = 'delivery, number, partition::int, author, posts::text[], after, up_to'

const BEGIN = `
  insert into delivery_ranges (delivery, number, partition, author, posts, after, up_to)
  select $1, number, $2, $3, $4::bigint[],
    coalesce(lag(last) over by_number, $5),
    case when lead(last) over by_number is null then null else last end
  from (
    select place / $6 as number, max(follower_id) as last
    from (
      select follower_id, (row_number() over (order by follower_id) - 1)::int as place
      from follows where followee_id = $3 and follower_id > $5
    ) followers
    group by 1
  ) cut
  window by_number as (order by number)
  returning ${RANGE_COLUMNS}`

const IS_WANTED =
  'select from delivery_ranges where delivery = $1 and number = $2 and done_at is null'
const DONE = `
  update delivery_ranges set done_at = clock_timestamp()
  where delivery = $1 and number = $2 and done_at is null`
const LEFT = `
  select delivery, count(*) filter (where done_at is null)::int as left
  from delivery_ranges where delivery = any($1) group by delivery`

/** Postgres keeps what survives everybody: a job is done when its row says so. */
export function postgresDeliveryRanges(pool: Pool): DeliveryRanges {
  const run = <Row extends object>(text: string, values: unknown[]) =>
    answered(pool.query<Row>(text, values))

  return {
    async begin({ delivery, partition, author, posts, after }, followersMax) {
      const values = [delivery, partition, author, posts, after, followersMax]
      return (await run<RangeRow>(BEGIN, values)).rows.map(rangeOf)
    },
    async isWanted({ delivery, number }) {
      return (await run(IS_WANTED, [delivery, number])).rowCount === 1
    },
    async done({ delivery, number }) {
      await run(DONE, [delivery, number])
    },
    async left(deliveries) {
      const { rows } = await run<{ delivery: string; left: number }>(LEFT, [deliveries])
      return new Map(rows.map(({ delivery, left }) => [delivery, left]))
    },
    async forget(deliveries) {
      await run('delete from delivery_ranges where delivery = any($1)', [deliveries])
    },
    async clear(partition) {
      await run('delete from delivery_ranges where partition = $1', [partition])
    },
  }
}

export const rangeOf = ({ up_to, ...row }: RangeRow): DeliveryRange => ({
  ...row,
  upTo: up_to ?? undefined,
})
