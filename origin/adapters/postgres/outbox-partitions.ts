import type { ClientBase } from 'pg'
import {
  OUTBOX_DETACH_WAIT_MS,
  OUTBOX_KEEP_MS,
  OUTBOX_PARTITION_MS,
} from '../../../shared/limits.ts'
import { EPOCH } from './epoch.ts'

/** By name: `outbox_20260601_06` holds the six hours from then. */
const OLD = `
  select substr(inhrelid::regclass::text, length('outbox_') + 1) as name
  from pg_inherits where inhparent = 'outbox'::regclass
    and to_timestamp(substr(inhrelid::regclass::text, length('outbox_') + 1) || ' +00', 'YYYYMMDD_HH24 TZH')
      < clock_timestamp() - $1 * interval '1 ms'
  order by 1`

/** Whether every group has read all of the partition; one of another epoch has read nothing. */
const isPast = (partition: string): string => `
  select not exists (
    select from log_positions
    where split_part(horizon, ':', 1)::int <> ${EPOCH}
      or split_part(horizon, ':', 2)::numeric <=
        coalesce((select max(xid)::text::numeric from ${partition}), -1)
  ) as is_past`

/** Makes what is needed ahead; answers how many partitions were missing. */
export async function makePartitions(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ made: number }>('select ensure_outbox_partitions() as made')
  return rows[0]?.made ?? 0
}

/** Takes away what is old and read by everyone, with its ticks. What cannot be locked at once stays until later. */
export async function dropPartitions(client: ClientBase, keepMs = OUTBOX_KEEP_MS): Promise<number> {
  const { rows } = await client.query<{ name: string }>(OLD, [keepMs + OUTBOX_PARTITION_MS])
  let dropped = 0
  for (const { name } of rows) if (await dropIfPast(client, name)) dropped += 1
  return dropped
}

async function dropIfPast(client: ClientBase, name: string): Promise<boolean> {
  await client.query('begin')
  try {
    await client.query(`set local lock_timeout = ${OUTBOX_DETACH_WAIT_MS}`)
    // The parent first, as writers do, and before the look: whoever writes an old row now is waited for.
    await client.query('lock table only outbox, only ticks in access exclusive mode')
    await client.query(`lock table outbox_${name} in access exclusive mode`)
    const { rows } = await client.query<{ is_past: boolean }>(isPast(`outbox_${name}`))
    const isDropped = rows[0]?.is_past === true
    if (isDropped) await client.query(`drop table outbox_${name}, ticks_${name}`)
    await client.query('commit')
    return isDropped
  } catch (error) {
    await client.query('rollback')
    if (isLockTimeout(error)) return false
    throw error
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '55P03'
