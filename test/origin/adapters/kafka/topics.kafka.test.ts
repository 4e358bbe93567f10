import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readyLog } from '../../../../origin/adapters/kafka/ready-log.ts'
import {
  checkTopics,
  makeTopics,
  topicsOf,
  type Topics,
} from '../../../../origin/adapters/kafka/topics.ts'
import {
  checkPublishedTo,
  forgetPublications,
  postgresPublications,
} from '../../../../origin/adapters/postgres/publications.ts'
import { AppError } from '../../../../shared/errors.ts'
import { horizonBelow } from '../../../../shared/horizon.ts'
import { LOG_PARTITIONS } from '../../../../shared/keys.ts'
import { anAdmin, freshTopics, needs } from '../../../support/kafka.ts'
import { freshPool } from '../../../support/pool.ts'
import { until } from '../../../support/until.ts'

needs('kafka')

const newTopics = () => topicsOf(`test-${randomUUID()}`)

describe('the topics of the log', () => {
  it('are made once, with the partitions that every log has', async () => {
    const admin = await anAdmin()
    const topics = newTopics()

    const { events, ranges, dead } = topics
    expect(await makeTopics(admin, topics)).toEqual([events, ranges, dead])
    expect(await makeTopics(admin, topics)).toEqual([])
    await expect(checkTopics(admin, topics)).resolves.toBeUndefined()
    const { topics: made } = await admin.fetchTopicMetadata({ topics: [topics.events] })
    expect(made[0]?.partitions).toHaveLength(LOG_PARTITIONS)
  })

  it('are refused with words when they are missing, of another shape, or forget too soon', async () => {
    const admin = await anAdmin()
    const [missing, narrow, brief] = [newTopics(), newTopics(), newTopics()]
    const make = async (topic: string, numPartitions: number, retentionMs: number) => {
      const configEntries = [{ name: 'retention.ms', value: String(retentionMs) }]
      const topics = [{ topic, numPartitions, configEntries }]
      await admin.createTopics({ topics, waitForLeaders: false })
    }
    await make(narrow.events, 3, -1)
    await make(narrow.ranges, LOG_PARTITIONS, -1)
    await make(narrow.dead, LOG_PARTITIONS, -1)
    await make(brief.events, LOG_PARTITIONS, 60_000)
    await make(brief.ranges, LOG_PARTITIONS, -1)
    await make(brief.dead, LOG_PARTITIONS, -1)
    /** Once the broker has heard of what was made. */
    const refusal = (topics: Topics) =>
      until(async () => {
        const error: unknown = await checkTopics(admin, topics).catch((each: unknown) => each)
        const isFinal = error instanceof AppError && error.code === 'CONFIG_INVALID'
        return isFinal && !error.message.includes('there is no topic') ? error.message : undefined
      }, 20_000)

    await expect(checkTopics(admin, missing)).rejects.toThrow(/there is no topic .*npm run topics/)
    expect(await refusal(narrow)).toContain('has 3 partitions and must have 8')
    expect(await refusal(brief)).toContain('keeps 60000 ms')
  })
})

describe('the log that a database belongs to', () => {
  it('is the one that it was published to', async () => {
    const { pool } = await freshPool()
    await postgresPublications(pool, 'kafka one').position()

    await expect(checkPublishedTo(pool, 'kafka one', async () => true)).resolves.toBeUndefined()
    await expect(checkPublishedTo(pool, 'kafka two', async () => false)).rejects.toThrow(
      /published to kafka one, and kafka two is another log.*--adopt/,
    )
    await forgetPublications(pool)
    await expect(checkPublishedTo(pool, 'kafka two', async () => false)).resolves.toBeUndefined()
  })

  it('is missed when what was published to it is gone', async () => {
    const { pool } = await freshPool()
    const publications = postgresPublications(pool, 'kafka one')
    await publications.position()
    await publications.mark({ horizon: horizonBelow(1, 700), atMs: Date.now() })

    await expect(checkPublishedTo(pool, 'kafka one', async () => false)).resolves.toBeUndefined()
    await expect(checkPublishedTo(pool, 'kafka one', async () => true)).rejects.toThrow(
      /is empty, although/,
    )
  })

  it('names its cluster and its topic, and is looked at until it is there', async () => {
    const admin = await anAdmin()
    const topics = await freshTopics()
    const seen: unknown[] = []
    const ready = readyLog({
      admin,
      topics,
      check: async ({ name, isEmpty }) => void seen.push({ name, isEmpty: await isEmpty() }),
    })
    await ready.now(() => undefined)
    const { clusterId } = await admin.describeCluster()

    expect(await ready.name()).toBe(`kafka ${clusterId} ${topics.events}`)
    expect(seen).toEqual([{ name: await ready.name(), isEmpty: true }])
  })
})
