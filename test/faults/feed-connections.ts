import { setTimeout as delay } from 'node:timers/promises'
import type { FaultyStack } from './faulty-stack.ts'

const LOOK_EVERY_MS = 10

/**
 * The most connections of the pool that reads without a list and warming share, as Postgres itself sees
 * them, until the signal aborts. The pool opens another one only when all it has are in use, and keeps it
 * for ten seconds: so no statement is too short to be seen.
 */
export async function mostFeedConnections(
  { pool }: Pick<FaultyStack, 'pool'>,
  signal: AbortSignal,
): Promise<number> {
  let most = 0
  while (!signal.aborted) {
    const { rows } = await pool.query<{ open: string }>(
      `select count(*) as open from pg_stat_activity
       where datname = current_database() and application_name = 'headwater-read'`,
    )
    most = Math.max(most, Number(rows[0]?.open))
    await delay(LOOK_EVERY_MS)
  }
  return most
}
