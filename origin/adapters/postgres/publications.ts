import type { Pool } from 'pg'
import { AppError } from '../../../shared/errors.ts'
import { formatHorizon, parseHorizon } from '../../../shared/horizon.ts'
import type { Publications } from '../../ports/log-publisher.ts'
import { EPOCH } from './epoch.ts'
import { answered } from './failure.ts'
import { UNFLUSHED } from './unflushed.ts'

/** Marks stand among the positions of groups: partitions of the outbox wait for both. */
export const PUBLISH_PREFIX = 'publish '

const BEGIN = `
  with left_behind as (
    delete from log_positions where not starts_with(group_name, '${PUBLISH_PREFIX}')
  )
  insert into log_positions (group_name, partition, horizon, at)
  values ($1, 0, ${EPOCH} || ':0:0:', clock_timestamp())
  on conflict do nothing`

const POSITION = `
  select horizon, ceil(extract(epoch from at) * 1000)::bigint as at_ms
  from log_positions where group_name = $1`

const MARK = `
  update log_positions set horizon = $2, at = to_timestamp($3 / 1000.0) from ${UNFLUSHED}
  where group_name = $1`

const LOGS = `
  select substr(group_name, ${PUBLISH_PREFIX.length + 1}) as name, horizon from log_positions
  where starts_with(group_name, '${PUBLISH_PREFIX}') order by 1`

/** How far the outbox was published to one log, which names itself. */
export function postgresPublications(pool: Pool, log: string): Publications {
  const name = `${PUBLISH_PREFIX}${log}`
  return {
    async position() {
      // Groups that read the outbox themselves read the other log now. Left here, their positions would
      // keep its partitions for ever.
      await answered(pool.query(BEGIN, [name]))
      const { rows } = await answered(
        pool.query<{ horizon: string; at_ms: string }>(POSITION, [name]),
      )
      const horizon = parseHorizon(rows[0]?.horizon ?? '')
      if (horizon === undefined) throw new TypeError('a mark without its row')
      return { horizon, atMs: Number(rows[0]?.at_ms) }
    },
    async mark({ horizon, atMs }) {
      await answered(pool.query(MARK, [name, formatHorizon(horizon), atMs]))
    },
  }
}

/** What the outbox has been published to, by the names of those logs. */
async function publishedLogs(
  pool: Pool,
): Promise<readonly { readonly name: string; readonly hasBegun: boolean }[]> {
  const { rows } = await answered(pool.query<{ name: string; horizon: string }>(LOGS))
  return rows.map(({ name, horizon }) => ({ name, hasBegun: parseHorizon(horizon)?.xmax !== 0 }))
}

/** For an operator who moves to another log on purpose: it is published to from the outbox's beginning. */
export async function forgetPublications(pool: Pool): Promise<void> {
  await answered(
    pool.query(`delete from log_positions where starts_with(group_name, '${PUBLISH_PREFIX}')`),
  )
}

/** A database belongs to one log: groups on another one would miss what only the first one holds. */
export async function checkPublishedTo(
  pool: Pool,
  log: string,
  isEmpty: () => Promise<boolean>,
): Promise<void> {
  const known = await publishedLogs(pool)
  const others = known.filter(({ name }) => name !== log).map(({ name }) => name)
  // Asked after the marks: whoever publishes for the first time at this moment marks it last.
  const isLost = known.some(({ name, hasBegun }) => name === log && hasBegun) && (await isEmpty())
  if (others.length === 0 && !isLost) return
  const words = isLost
    ? `${log} is empty, although events were published to it`
    : `events of this database are published to ${others.join(', ')}, and ${log} is another log`
  throw new AppError(
    'CONFIG_INVALID',
    `${words}. To begin there with what the outbox still holds: npm run topics -- --adopt`,
  )
}
