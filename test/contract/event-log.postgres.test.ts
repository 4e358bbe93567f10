import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { nodePace } from '../../origin/adapters/node/pace.ts'
import { postgresEventLog } from '../../origin/adapters/postgres/event-log.ts'
import { postgresOutbox } from '../../origin/adapters/postgres/outbox.ts'
import { logPartitionOf } from '../../shared/keys.ts'
import { freshDatabase } from '../support/postgres.ts'
import { eventLogContract, type LogUnderTest } from './event-log.ts'

const EVENT = JSON.stringify({ type: 'user.changed', user: '1', version: 1 })

eventLogContract(async (): Promise<LogUnderTest> => {
  const database = await freshDatabase()
  const pools: pg.Pool[] = []
  const aPool = () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 6 })
    pool.on('error', () => undefined)
    pools.push(pool)
    return pool
  }
  const pool = aPool()
  let ticks = 0
  onTestFinished(async () => {
    await Promise.all(pools.filter(({ ending }) => !ending).map((each) => each.end()))
    await database[Symbol.asyncDispose]()
  })

  return {
    async member() {
      const own = aPool()
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
