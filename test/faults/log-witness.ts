import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'

const EVERY_MS = 50

const NEWS = `
  select pg_current_snapshot()::text as seen, coalesce((
    select json_agg(json_build_array(key, event ->> 'post') order by xid, id) from outbox
    where event ->> 'type' = 'post.created'
      and not pg_visible_in_snapshot(xid, $1::text::pg_snapshot)
  ), '[]'::json) as news`

/** Somebody else who follows the log, by its own means: what it saw of each author, in its order. */
export interface LogWitness {
  readonly seen: ReadonlyMap<string, readonly string[]>
  /** Of what it saw, how often something came again. */
  repeats(): number
  /** Every group is past what was there when the last write was. */
  areGroupsPast(isOutboxPast: boolean): Promise<boolean>
  /** Reads what is left, and ends. */
  stop(): Promise<void>
}

export async function logWitness(pool: pg.Pool): Promise<LogWitness> {
  const seen = new Map<string, string[]>()
  const ending = new AbortController()
  const { rows } = await pool.query<{ seen: string }>('select pg_current_snapshot()::text as seen')
  let snapshot = rows[0]?.seen ?? ''

  async function look(): Promise<void> {
    const found = await pool.query<{ seen: string; news: [string, string][] }>(NEWS, [snapshot])
    const [row] = found.rows
    if (row === undefined) throw new TypeError('a select without a row')
    for (const [author, post] of row.news) seen.set(author, [...(seen.get(author) ?? []), post])
    snapshot = row.seen
  }
  const looking = (async () => {
    while (!ending.signal.aborted) {
      await look()
      await delay(EVERY_MS)
    }
  })()

  return {
    seen,
    repeats: () => 0,
    // Positions in the outbox are all that there is.
    areGroupsPast: async (isOutboxPast) => isOutboxPast,
    async stop() {
      ending.abort()
      await looking
      await look()
    },
  }
}
