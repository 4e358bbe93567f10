import { inject, onTestFinished } from 'vitest'
import { kafkaClient } from '../../origin/adapters/kafka/client.ts'
import { kafkaEventLog } from '../../origin/adapters/kafka/event-log.ts'
import { kafkaPositions } from '../../origin/adapters/kafka/positions.ts'
import { kafkaPublisher, kafkaSender } from '../../origin/adapters/kafka/publisher.ts'
import { nodePace } from '../../origin/adapters/node/pace.ts'
import { postgresOutbox } from '../../origin/adapters/postgres/outbox.ts'
import { postgresPublications } from '../../origin/adapters/postgres/publications.ts'
import { postgresTickTimes } from '../../origin/adapters/postgres/tick-times.ts'
import { publishOutbox } from '../../origin/relay/publish-outbox.ts'
import { logPartitionOf } from '../../shared/keys.ts'
import { cuttableSockets, freshTopics, needs } from '../support/kafka.ts'
import { freshPool } from '../support/pool.ts'
import { eventLogContract, type LogUnderTest } from './event-log.ts'

needs('kafka')

const EVENT = JSON.stringify({ type: 'user.changed', user: '1', version: 1 })
const quiet = () => undefined

eventLogContract(async (): Promise<LogUnderTest> => {
  const brokers = inject('kafkaBrokers')
  const { pool } = await freshPool()
  const topics = await freshTopics()
  const stopping = new AbortController()
  const sender = kafkaSender(kafkaClient({ brokers, clientId: 'test-relay' }))
  const publishing = publishOutbox(
    {
      outbox: postgresOutbox(pool),
      publisher: kafkaPublisher(sender, topics),
      publications: postgresPublications(pool, 'test'),
      wakeups: { listen: () => quiet },
      pace: nodePace,
      onFailure: quiet,
    },
    stopping.signal,
  )
  onTestFinished(async () => {
    stopping.abort()
    await publishing
    await sender[Symbol.asyncDispose]()
  })
  let ticks = 0

  return {
    async member() {
      const sockets = cuttableSockets()
      const kafka = kafkaClient({ brokers, clientId: 'test-member', ...sockets })
      const admin = kafka.admin()
      await admin.connect()
      onTestFinished(() => admin.disconnect())
      const log = kafkaEventLog(
        {
          kafka,
          topics,
          ready: async () => undefined,
          positions: kafkaPositions({
            admin,
            topic: topics.events,
            ticks: postgresTickTimes(pool),
            onGone: quiet,
          }),
          pace: nodePace,
          bury: async () => undefined,
          onFailure: quiet,
        },
        { sessionMs: 2_000, beatMs: 100, rebalanceMs: 3_000, commitIdleMs: 50 },
      )
      return { log, crash: async () => sockets.cut() }
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
