import { inject } from 'vitest'
import { prepareTopics, type EventLogEnv } from '../../scripts/local/event-log.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What the whole runs on in this run of the tests; without it, on the outbox. */
    wholeOn?: 'kafka'
  }
}

const logs = new Map<string, Promise<EventLogEnv>>()

/**
 * The log of a database in this run: the outbox, or, where `npm run test:services` runs the same tests,
 * topics of its own on the run's broker. Whoever names the same database shares them.
 */
export function eventLogOf(databaseUrl: string): Promise<EventLogEnv> {
  const known = logs.get(databaseUrl) ?? makeLog()
  logs.set(databaseUrl, known)
  return known
}

async function makeLog(): Promise<EventLogEnv> {
  const brokers = inject('kafkaBrokers') ?? []
  // Where there is no Kafka, these tests are skipped; what they stand on is made before that.
  if (inject('wholeOn') !== 'kafka' || brokers.length === 0) return {}
  const prefix = `test-${crypto.randomUUID()}`
  await prepareTopics(brokers, prefix)
  return { LOG: 'kafka', KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC_PREFIX: prefix }
}
