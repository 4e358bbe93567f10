import type { Pool } from 'pg'
import type { GroupLags } from '../../ports/group-lags.ts'
import { answered } from './failure.ts'

const LAGS = `
  select group_name, floor(extract(epoch from clock_timestamp() - min(at)) * 1000)::bigint as lag_ms
  from log_positions group by group_name order by group_name`

export const postgresGroupLags = (pool: Pool): GroupLags => ({
  async read() {
    const { rows } = await answered(pool.query<{ group_name: string; lag_ms: string }>(LAGS))
    return rows.map(({ group_name, lag_ms }) => ({
      group: group_name,
      lagMs: Math.max(0, Number(lag_ms)),
    }))
  },
})
