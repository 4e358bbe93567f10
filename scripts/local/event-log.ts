import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { kafkaClient } from '../../origin/adapters/kafka/client.ts'
import { checkTopics, makeTopics, topicsOf } from '../../origin/adapters/kafka/topics.ts'
import { startKafkaCluster } from '../services/kafka-cluster.ts'
import { fetchKafka, missingForKafka } from '../services/kafka-jars.ts'
import { kafkaNodes } from '../services/kafka.ts'
import { silenceNegativeTimers } from '../services/quiet-timers.ts'
import type { StoreOptions } from './stores.ts'

/** Out of the way of a Kafka that the machine may run itself, and of those for tests. */
const KAFKA_PORT = 20_092

/** What the origin is told of its log: nothing for the outbox in Postgres. */
export type EventLogEnv = Readonly<Record<string, string>>

type Env = StoreOptions['env']

/** One of the first words of a start. */
export function eventLogWords(env: Env): string {
  if (env['LOG'] !== 'kafka') return 'event log in Postgres (outbox)'
  return env['KAFKA_BROKERS']
    ? 'event log in Kafka from KAFKA_BROKERS'
    : 'event log in a private Kafka'
}

/** The operator's own brokers, if KAFKA_BROKERS names them; else one of ours. Topics are made where they are missing. */
export async function openEventLog(options: Omit<StoreOptions, 'secrets'>): Promise<EventLogEnv> {
  const { env, progress } = options
  if (env['LOG'] !== 'kafka') return {}
  silenceNegativeTimers()
  const brokers = env['KAFKA_BROKERS'] || (await startPrivateKafka(options)).join(',')
  await progress.step('The topics of the log are there', () =>
    prepareTopics(brokers.split(','), env['KAFKA_TOPIC_PREFIX']),
  )
  return { LOG: 'kafka', KAFKA_BROKERS: brokers }
}

/** Answers those that it made. Throws in words when one that was there is not what the log needs. */
export async function prepareTopics(
  brokers: readonly string[],
  prefix = 'headwater',
): Promise<readonly string[]> {
  const admin = kafkaClient({ brokers, clientId: 'headwater-topics' }).admin()
  const topics = topicsOf(prefix)
  try {
    await admin.connect()
    const made = await makeTopics(admin, topics)
    await checkTopics(admin, topics)
    return made
  } finally {
    await admin.disconnect()
  }
}

async function startPrivateKafka(
  options: Omit<StoreOptions, 'secrets'>,
): Promise<readonly string[]> {
  const { home, logsDir, spawnChild, progress } = options
  const toolsDir = path.join(home, 'tools')
  const missing = missingForKafka(toolsDir)
  if (missing.length > 0) throw new Error(missing.join('\n'))
  const say = (words: string) => progress.say(`  … ${words}`)
  const lib = await fetchKafka({ toolsDir, logsDir, spawnChild, say })
  const dataDir = path.join(home, 'kafka')
  await mkdir(dataDir, { recursive: true })
  const nodes = await kafkaNodes(dataDir, { brokers: 1, firstPort: KAFKA_PORT })
  const { brokers } = await progress.step(`Kafka answers on port ${nodes[0]?.brokerPort}`, () =>
    startKafkaCluster({ lib, nodes, dataDir, logsDir, spawnChild }),
  )
  return brokers
}
