import { expect, inject, it, onTestFinished } from 'vitest'
import { topicsOf } from '../../../origin/adapters/kafka/topics.ts'
import { postgresPublications } from '../../../origin/adapters/postgres/publications.ts'
import { deployment } from '../../support/deployment.ts'
import { anAdmin, needs } from '../../support/kafka.ts'
import { prepareTopics } from '../../../scripts/local/event-log.ts'
import { freshPool } from '../../support/pool.ts'
import { freshRedis } from '../../support/redis.ts'

needs('kafka')

/** What an origin says that ends instead of starting. */
async function refusal(databaseUrl: string, prefix: string): Promise<string> {
  const open = new AsyncDisposableStack()
  onTestFinished(() => open.disposeAsync())
  const redis = open.use(await freshRedis())
  const eventLog = {
    LOG: 'kafka',
    KAFKA_BROKERS: inject('kafkaBrokers').join(','),
    KAFKA_TOPIC_PREFIX: prefix,
  }
  const deployed = open.use(await deployment({ databaseUrl, redisUrl: redis.url, eventLog }))
  return deployed.origin().then(
    () => 'started',
    (error: unknown) => String(error),
  )
}

it('does not start on topics with another number of partitions', async () => {
  const admin = await anAdmin()
  const prefix = `test-${crypto.randomUUID()}`
  const { events, ranges, dead } = topicsOf(prefix)
  const topics = [events, ranges, dead].map((topic) => ({ topic, numPartitions: 3 }))
  await admin.createTopics({ topics })
  const { url } = await freshPool()

  expect(await refusal(url, prefix)).toMatch(
    /has 3 partitions and must have 8: .* delete it and make it with npm run topics/,
  )
})

it('does not start on a cluster that its database was not published to', async () => {
  const prefix = `test-${crypto.randomUUID()}`
  await prepareTopics(inject('kafkaBrokers'), prefix)
  const { url, pool } = await freshPool()
  await postgresPublications(pool, 'kafka of-another-cluster headwater.events').position()

  expect(await refusal(url, prefix)).toMatch(/published to kafka of-another-cluster .* --adopt/)
})
