import type { Pool } from 'pg'
import { FORGET_ROWS_MAX, IDEMPOTENCY_LIFE_MS } from '../../../shared/limits.ts'
import type { Forgetting } from '../../ports/forgetting.ts'
import { answered } from './failure.ts'

export const postgresForgetting = (pool: Pool): Forgetting => ({
  async answers() {
    // Two processes that sweep at once skip each other's rows instead of waiting for them.
    const { rowCount } = await answered(
      pool.query(
        `delete from idempotency_keys where (user_id, key) in (
           select user_id, key from idempotency_keys
           where created_at < clock_timestamp() - $1 * interval '1 millisecond'
           order by created_at limit $2 for update skip locked)`,
        [IDEMPOTENCY_LIFE_MS, FORGET_ROWS_MAX],
      ),
    )
    return rowCount ?? 0
  },
})
