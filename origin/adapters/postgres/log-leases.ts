import type { Pool } from 'pg'
import { formatHorizon, parseHorizon } from '../../../shared/horizon.ts'
import { LOG_PARTITIONS } from '../../../shared/keys.ts'
import type { LogLeases } from '../../ports/log-leases.ts'
import { EPOCH } from './epoch.ts'
import { answered } from './failure.ts'
import { UNFLUSHED } from './unflushed.ts'

export interface LeaseOptions {
  readonly group: string
  readonly member: string
  readonly leaseMs: number
}

const UNTIL = `clock_timestamp() + $3 * interval '1 ms'`

const REGISTER = `
  insert into log_positions (group_name, partition, horizon, at)
  select $1, partition, ${EPOCH} || ':0:0:', clock_timestamp() from generate_series(0, $2 - 1) partition
  on conflict do nothing`

const BEAT = `
  with alive as (
    insert into log_members (group_name, member, until) values ($1, $2, ${UNTIL})
    on conflict (group_name, member) do update set until = excluded.until
  ), gone as (
    delete from log_members where group_name = $1 and member <> $2 and until < clock_timestamp()
  ), renewed as (
    update log_positions set until = ${UNTIL}
    where group_name = $1 and owner = $2 and partition = any($4) returning partition
  )
  select array(select partition::int from renewed) as held,
    array(
      select member from log_members where group_name = $1 and until >= clock_timestamp()
      union select $2 order by 1
    ) as members`

const TAKE = `
  update log_positions set owner = $2, until = ${UNTIL}
  where group_name = $1 and partition in (
    select partition from log_positions
    where group_name = $1 and (owner is null or until < clock_timestamp())
    order by partition limit $4 for update skip locked
  )
  returning partition::int`

const POSITION = `
  select horizon, ceil(extract(epoch from at) * 1000)::bigint as at_ms from log_positions
  where group_name = $1 and owner = $2 and partition = $3`

const COMMIT = `
  update log_positions set horizon = $4, at = to_timestamp($5 / 1000.0) from ${UNFLUSHED}
  where group_name = $1 and owner = $2 and partition = $3 and until >= clock_timestamp()`

const RELEASE = `
  update log_positions set owner = null, until = null
  where group_name = $1 and owner = $2 and partition = any($3)`

export function logLeases(pool: Pool, { group, member, leaseMs }: LeaseOptions): LogLeases {
  const run = <Row extends object>(text: string, values: unknown[]) =>
    answered(pool.query<Row>(text, values))

  return {
    async register() {
      await run(REGISTER, [group, LOG_PARTITIONS])
    },
    async beat(held) {
      const { rows } = await run<{ held: number[]; members: string[] }>(BEAT, [
        group,
        member,
        leaseMs,
        held,
      ])
      const [row = { held: [], members: [member] }] = rows
      return { held: row.held, share: shareOf(row.members.indexOf(member), row.members.length) }
    },
    async take(count) {
      const { rows } = await run<{ partition: number }>(TAKE, [group, member, leaseMs, count])
      return rows.map(({ partition }) => partition)
    },
    async position(partition) {
      const { rows } = await run<{ horizon: string; at_ms: string }>(POSITION, [
        group,
        member,
        partition,
      ])
      const horizon = parseHorizon(rows[0]?.horizon ?? '')
      return horizon === undefined ? undefined : { horizon, atMs: Number(rows[0]?.at_ms) }
    },
    async commit(partition, { horizon, atMs }) {
      const text = formatHorizon(horizon)
      const { rowCount } = await answered(
        // Named, so that it is planned once: it is written after every batch.
        pool.query({
          name: 'log-commit',
          text: COMMIT,
          values: [group, member, partition, text, atMs],
        }),
      )
      return rowCount === 1
    },
    async release(partitions) {
      await run(RELEASE, [group, member, partitions])
    },
    async leave() {
      await run('delete from log_members where group_name = $1 and member = $2', [group, member])
    },
  }
}

/** Everyone computes the same from the same members: the first ones take what does not divide. */
const shareOf = (rank: number, members: number): number =>
  Math.floor(LOG_PARTITIONS / members) + (rank < LOG_PARTITIONS % members ? 1 : 0)
