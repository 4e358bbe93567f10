import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { entryOf } from '../../../origin/adapters/kafka/log-entry.ts'
import { groupIdOf } from '../../../origin/adapters/kafka/topics.ts'
import { ask, write } from '../../support/client.ts'
import { deployment } from '../../support/deployment.ts'
import { watchTopic, type Stored } from '../../support/kafka-log.ts'
import { anAdmin, freshTopics, needs } from '../../support/kafka.ts'
import { freshDatabase } from '../../support/postgres.ts'
import { freshRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

needs('kafka')

const PATIENCE_MS = 60_000

describe('the feed with LOG=kafka', () => {
  it('takes a post from its author to its reader through the broker', async () => {
    const open = new AsyncDisposableStack()
    onTestFinished(() => open.disposeAsync())
    const database = open.use(await freshDatabase())
    const redis = open.use(await freshRedis())
    const topics = await freshTopics()
    const eventLog = {
      LOG: 'kafka',
      KAFKA_BROKERS: inject('kafkaBrokers').join(','),
      KAFKA_TOPIC_PREFIX: topics.events.replace(/\.events$/, ''),
    }
    const deployed = open.use(
      await deployment({ databaseUrl: database.url, redisUrl: redis.url, eventLog }),
    )
    const { url } = await deployed.origin()
    const [author, reader] = await deployed.people(2)
    const stored = await watchTopic(topics.events)
    await write(url, 'PUT', `/v1/users/${author?.id}/follow`, { as: reader })
    // A reader who has read has a list, which delivery then pushes to.
    await ask(url, 'GET', '/v1/feed?mode=latest', { as: reader })
    const { json } = await write(url, 'POST', '/v1/posts', {
      as: author,
      body: { text: 'through the broker' },
      headers: { 'idempotency-key': 'one' },
    })

    const event = await until(() => eventOf(stored, String(json['id'])), PATIENCE_MS)
    const admin = await anAdmin()
    const committed = async (group: string) => {
      const groupId = groupIdOf(topics, group)
      const [found] = await admin.fetchOffsets({ groupId, topics: [topics.events] })
      const own = found?.partitions.find(({ partition }) => partition === event.partition)
      return Number(own?.offset ?? -1)
    }
    for (const group of ['deliver', 'count']) {
      await until(
        async () => (await committed(group)) > Number(event.message.offset),
        PATIENCE_MS,
        `the commit of ${group} behind the post`,
      )
    }
    const page = await ask(url, 'GET', '/v1/feed?mode=latest', { as: reader })

    expect(page.text).toContain('through the broker')
    expect(page.headers.get('headwater-completeness')).toBe('complete')
  })
})

const eventOf = (stored: readonly Stored[], post: string): Stored | undefined =>
  stored.find(({ message }) => {
    const entry = entryOf(message)
    return entry.is === 'event' && 'post' in entry.event.event && entry.event.event.post === post
  })
