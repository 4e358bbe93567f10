import type { Pool } from 'pg'
import type { TickTimes } from '../../ports/tick-times.ts'
import { answered } from './failure.ts'

const AT_MS = 'floor(extract(epoch from at) * 1000)::bigint as at_ms'
const TIME_OF = `select n, ${AT_MS} from ticks where n = $1 limit 1`
const NEWEST = `select n, ${AT_MS} from ticks order by n desc limit 1`

export function postgresTickTimes(pool: Pool): TickTimes {
  async function find(text: string, values: readonly unknown[]) {
    const { rows } = await answered(pool.query<{ n: string; at_ms: string }>(text, [...values]))
    const [row] = rows
    return row === undefined ? undefined : { n: Number(row.n), atMs: Number(row.at_ms) }
  }
  return {
    timeOf: async (tick) => (await find(TIME_OF, [tick]))?.atMs,
    newest: () => find(NEWEST, []),
  }
}
