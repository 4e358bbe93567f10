import { randomUUID } from 'node:crypto'
import { nodePace } from '../../origin/adapters/node/pace.ts'
import { postgresEventLog } from '../../origin/adapters/postgres/event-log.ts'
import { postgresOutbox } from '../../origin/adapters/postgres/outbox.ts'
import { logPartitionOf } from '../../shared/keys.ts'
import { freshPool } from '../support/pool.ts'
import { eventLogContract, type LogUnderTest } from './event-log.ts'

const EVENT = JSON.stringify({ type: 'user.changed', user: '1', version: 1 })

eventLogContract(async (): Promise<LogUnderTest> => {
  const { pool, another } = await freshPool()
  let ticks = 0

  return {
    async member() {
      const own = another()
      const log = postgresEventLog(
        {
          pool: own,
          outbox: postgresOutbox(own),
          wakeups: { listen: () => () => undefined },
          pace: nodePace,
          member: randomUUID(),
          onFailure: () => undefined,
        },
        { leaseMs: 600, beatMs: 60, pollMs: 5, commitIdleMs: 50 },
      )
      return { log, crash: () => own.end() }
    },
    async publish(key) {
      const { rows } = await pool.query<{ id: string }>(
        'insert into outbox (partition, key, event) values ($1, $2, $3) returning id::text as id',
        [logPartitionOf(key), key, EVENT],
      )
      return rows[0]?.id ?? ''
    },
    async tick() {
      ticks += 1
      await pool.query(
        `insert into ticks (n, at, horizon) values ($1, statement_timestamp(), '1:' || pg_current_snapshot()::text)`,
        [ticks],
      )
      return ticks
    },
  }
})
