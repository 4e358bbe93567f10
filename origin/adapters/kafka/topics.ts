import { setTimeout as delay } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { AppError } from '../../../shared/errors.ts'
import { KAFKA_RETENTION_MS, OUTBOX_KEEP_MS } from '../../../shared/limits.ts'
import { LOG_PARTITIONS } from '../../../shared/keys.ts'
import { answered } from './failure.ts'

/**
 * One topic holds every event. A tick says that everything its horizon shows came before it in its
 * partition: over several topics that is true only where the slowest of them is, and a sharing of the
 * group could give the parts of one partition, with its one watermark, to several owners. Jobs are no
 * events: no watermark speaks of them.
 */
export interface Topics {
  readonly events: string
  /** Jobs of large deliveries, keyed by author and range of followers. */
  readonly ranges: string
  /** What could not be handled, and what is not ours. */
  readonly dead: string
}

export const topicsOf = (prefix: string): Topics => ({
  events: `${prefix}.events`,
  ranges: `${prefix}.deliveries`,
  dead: `${prefix}.events.dead`,
})

const namesOf = ({ events, ranges, dead }: Topics): readonly string[] => [events, ranges, dead]

export const groupIdOf = ({ events }: Topics, group: string): string => `${events}.${group}`

export interface TopicOptions {
  /** Copies of each partition; by default what the brokers have as theirs. */
  readonly replicas?: number | undefined
}

/** Makes what is missing; what is there is left as it is, for `checkTopics` to judge. */
export async function makeTopics(
  admin: Admin,
  topics: Topics,
  { replicas = -1 }: TopicOptions = {},
): Promise<readonly string[]> {
  const there = await answered(admin.listTopics(), 'list of topics')
  const missing = namesOf(topics).filter((topic) => !there.includes(topic))
  if (missing.length === 0) return []
  const made = admin.createTopics({
    // Its own waiting gives up where a broker has not heard of the topic yet.
    waitForLeaders: false,
    topics: missing.map((topic) => ({
      topic,
      numPartitions: LOG_PARTITIONS,
      replicationFactor: replicas,
      configEntries: [{ name: 'retention.ms', value: String(KAFKA_RETENTION_MS) }],
    })),
  })
  await answered(made, 'creation of topics')
  await answered(haveLeaders(admin, missing), 'leaders of new topics')
  return missing
}

/** Each broker hears of a new topic by itself, and of its leaders some moments later. */
async function haveLeaders(admin: Admin, names: readonly string[]): Promise<void> {
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [...names] })
      if (topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) {
        // A leader that does not know yet that it is one refuses.
        await Promise.all(names.map((name) => admin.fetchTopicOffsets(name)))
        return
      }
    } catch (error) {
      if (!isNotThereYet(error)) throw error
    }
    await delay(TOPIC_POLL_MS)
  }
}

const TOPIC_POLL_MS = 50

/** First and last offsets. A broker may name a topic and no partitions of it yet, over which kafkajs stumbles. */
export async function endsOf(admin: Admin, topic: string) {
  try {
    return await answered(admin.fetchTopicOffsets(topic), 'ends of the log')
  } catch (error) {
    if (!isStumble(error)) throw error
    throw new AppError('STORE_UNAVAILABLE', `kafka: nothing is known of ${topic} yet`, {
      cause: error,
    })
  }
}

/** An answer without what was asked for, taken apart unseen. */
const isStumble = (error: unknown): boolean => error instanceof TypeError

const isNotThereYet = (error: unknown): boolean =>
  isStumble(error) ||
  (error instanceof Error &&
    'type' in error &&
    /^(UNKNOWN_TOPIC_OR_PARTITION|LEADER_NOT_AVAILABLE|NOT_LEADER_FOR_PARTITION)$/.test(
      String(error.type),
    ))

/** Whether the topics are what the log needs; throws in words that say how to mend it. */
export async function checkTopics(admin: Admin, topics: Topics): Promise<void> {
  const there = await answered(admin.listTopics(), 'list of topics')
  for (const topic of namesOf(topics)) {
    if (!there.includes(topic)) throw wrong(`there is no topic ${topic}: npm run topics makes it`)
  }
  const metadata = admin.fetchTopicMetadata({ topics: [...namesOf(topics)] })
  for (const { name, partitions } of (await answered(metadata, 'topics')).topics) {
    if (partitions.length === LOG_PARTITIONS) continue
    throw wrong(
      `topic ${name} has ${partitions.length} partitions and must have ${LOG_PARTITIONS}: ` +
        'keys would lose their places; delete it and make it with npm run topics',
    )
  }
  const retentionMs = await retentionOf(admin, topics.events)
  if (retentionMs >= 0 && retentionMs < OUTBOX_KEEP_MS) {
    throw wrong(
      `topic ${topics.events} keeps ${retentionMs} ms and must keep ${OUTBOX_KEEP_MS} at least ` +
        '(retention.ms): a Redis that was rolled back is delivered to again from there',
    )
  }
}

/** −1: for ever. */
async function retentionOf(admin: Admin, topic: string): Promise<number> {
  // kafkajs names the kinds of resources in an enum that types alone do not give.
  const described = admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: 2, name: topic, configNames: ['retention.ms'] }],
  })
  const { resources } = await answered(described, 'settings of a topic')
  return Number(resources[0]?.configEntries[0]?.configValue ?? -1)
}

const wrong = (words: string): AppError => new AppError('CONFIG_INVALID', `kafka: ${words}`)
