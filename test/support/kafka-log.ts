import { Partitioners, type KafkaMessage, type Message } from 'kafkajs'
import { inject, onTestFinished } from 'vitest'
import type pg from 'pg'
import { kafkaClient } from '../../origin/adapters/kafka/client.ts'
import { kafkaEventLog } from '../../origin/adapters/kafka/event-log.ts'
import { kafkaPositions } from '../../origin/adapters/kafka/positions.ts'
import { kafkaPublisher, kafkaSender } from '../../origin/adapters/kafka/publisher.ts'
import { kafkaRangeQueue } from '../../origin/adapters/kafka/range-queue.ts'
import type { Topics } from '../../origin/adapters/kafka/topics.ts'
import { nodePace } from '../../origin/adapters/node/pace.ts'
import { postgresOutbox } from '../../origin/adapters/postgres/outbox.ts'
import { postgresPublications } from '../../origin/adapters/postgres/publications.ts'
import { postgresTickTimes } from '../../origin/adapters/postgres/tick-times.ts'
import type { RangeQueue } from '../../origin/ports/delivery-ranges.ts'
import type { EventLog } from '../../origin/ports/event-log.ts'
import { publishOutbox } from '../../origin/relay/publish-outbox.ts'
import { logPartitionOf } from '../../shared/keys.ts'
import { cuttableSockets } from './kafka.ts'

const EVENT = JSON.stringify({ type: 'user.changed', user: '1', version: 1 })
const quiet = () => undefined

/** Takes the outbox of the pool's database to the topics, until it is stopped or the test has finished. */
export function aPublisher(
  pool: pg.Pool,
  topics: Topics,
  onFailure: (error: unknown) => void = quiet,
) {
  const stopping = new AbortController()
  const kafka = kafkaClient({ brokers: inject('kafkaBrokers'), clientId: 'test-relay' })
  const sender = kafkaSender(kafka)
  const publishing = publishOutbox(
    {
      outbox: postgresOutbox(pool),
      publisher: kafkaPublisher(sender, topics),
      publications: postgresPublications(pool, topics.events),
      wakeups: { listen: () => quiet },
      pace: nodePace,
      onFailure,
    },
    stopping.signal,
  )
  const stop = async () => {
    stopping.abort()
    await publishing
    await sender[Symbol.asyncDispose]()
  }
  onTestFinished(stop)
  return { stop }
}

export interface LogMemberOptions {
  readonly buried?: (message: KafkaMessage, error: unknown) => void
  readonly rebalanceMs?: number
}

/** Another process that consumes, with short sessions, and connections that can be cut. */
export async function aMember(
  pool: pg.Pool,
  topics: Topics,
  { buried = quiet, rebalanceMs = 3_000 }: LogMemberOptions = {},
): Promise<{ readonly log: EventLog; cut(): void }> {
  const sockets = cuttableSockets()
  const brokers = inject('kafkaBrokers')
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
      bury: async (_partition, message, error) => buried(message, error),
      onFailure: quiet,
    },
    { sessionMs: 2_000, beatMs: 100, rebalanceMs, commitIdleMs: 50 },
  )
  return { log, cut: () => sockets.cut() }
}

/** The jobs of large deliveries on a topic, as one process sends and takes them. */
export async function aRangeQueue(pool: pg.Pool, topics: Topics): Promise<RangeQueue> {
  const { log } = await aMember(pool, { ...topics, events: topics.ranges })
  const kafka = kafkaClient({ brokers: inject('kafkaBrokers'), clientId: 'test-ranges' })
  const sender = kafkaSender(kafka)
  onTestFinished(() => sender[Symbol.asyncDispose]())
  return kafkaRangeQueue({ sender, topics, log, onStrange: quiet })
}

/** Appends an event of the key to the outbox; answers its id. */
export async function writeEvent(pool: pg.Pool, key: string): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    'insert into outbox (partition, key, event) values ($1, $2, $3) returning id::text as id',
    [logPartitionOf(key), key, EVENT],
  )
  return rows[0]?.id ?? ''
}

/** One after another: a pool of a few connections is not what is tested. */
export async function writeEvents(pool: pg.Pool, keys: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const key of keys) ids.push(await writeEvent(pool, key))
  return ids
}

/** So many keys, in turns. */
export const keysInTurns = (events: number, keys: number): readonly string[] =>
  Array.from({ length: events }, (_, at) => `${at % keys}`)

/** As the leader makes them. */
export async function makeTick(pool: pg.Pool, n: number): Promise<void> {
  await pool.query(
    `insert into ticks (n, at, horizon) values ($1, statement_timestamp(), '1:' || pg_current_snapshot()::text)`,
    [n],
  )
}

/** What another program would put there. */
export async function send(topic: string, messages: readonly Message[]): Promise<void> {
  const kafka = kafkaClient({ brokers: inject('kafkaBrokers'), clientId: 'test-sender' })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  await producer.send({ topic, messages: [...messages] })
  await producer.disconnect()
}

export interface Stored {
  readonly partition: number
  readonly message: KafkaMessage
}

/** Everything that a topic holds so far and from now on, read by somebody who knows nothing of us. */
export async function watchTopic(topic: string): Promise<readonly Stored[]> {
  const stored: Stored[] = []
  const kafka = kafkaClient({ brokers: inject('kafkaBrokers'), clientId: 'test-watcher' })
  const stops: (() => Promise<void>)[] = []
  onTestFinished(async () => void (await Promise.all(stops.map((stop) => stop()))))

  async function watch(): Promise<void> {
    const groupId = `watcher-${crypto.randomUUID()}`
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
    stops.push(() => consumer.disconnect())
    // The first group of a fresh broker may meet a coordinator that loads, and crash for good.
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      stored.length = 0
      if (!payload.restart) void watch()
    })
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => void stored.push({ partition, message }),
    })
  }

  await watch()
  return stored
}
