import type pg from 'pg'
import { postgresOutbox } from '../../origin/adapters/postgres/outbox.ts'
import { freshPool } from '../support/pool.ts'
import { outboxContract } from './outbox.ts'

const EVENT = JSON.stringify({ type: 'user.changed', user: '1', version: 1 })

const emit = async (client: pg.Pool | pg.PoolClient, count = 1): Promise<readonly string[]> => {
  const { rows } = await client.query<{ id: string }>(
    `insert into outbox (partition, key, event) select 0, '1', $1 from generate_series(1, $2::int)
     returning id::text as id`,
    [EVENT, count],
  )
  return rows.map(({ id }) => id)
}

outboxContract(async () => {
  const { pool } = await freshPool()
  return {
    outbox: (options) => postgresOutbox(pool, options),
    emit: (count) => emit(pool, count),
    async hold() {
      const open = await pool.connect()
      await open.query('begin')
      const [id = ''] = await emit(open)
      return {
        id,
        async commit() {
          await open.query('commit')
          open.release()
        },
      }
    },
    async tick(n) {
      const { rows } = await pool.query<{ at: Date }>(
        `insert into ticks (n, at, horizon)
         values ($1, statement_timestamp(), '1:' || pg_current_snapshot()::text) returning at`,
        [n],
      )
      return rows[0]?.at.getTime() ?? Number.POSITIVE_INFINITY
    },
    async tickOf(n, agoMs, xmin) {
      await pool.query(
        `insert into ticks (n, at, horizon)
         values ($1, clock_timestamp() - $2 * interval '1 ms', '1:' || $3 || ':' || $3 || ':')`,
        [n, agoMs, String(xmin)],
      )
    },
    async beginEpoch(epoch) {
      await pool.query(`update settings set value = $1 where key = 'epoch'`, [String(epoch)])
    },
  }
})
