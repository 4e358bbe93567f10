import type { Consumer, Kafka } from 'kafkajs'
import { KAFKA_FETCH_WAIT_MS, KAFKA_GOODBYE_MS } from '../../../shared/limits.ts'
import { LOG_PARTITIONS } from '../../../shared/keys.ts'
import type { Pace } from '../../ports/pace.ts'
import { answered, failureOf } from './failure.ts'
import { lost, type Holding } from './partition-worker.ts'
import { beginTenure, type Tenure } from './tenure.ts'

export interface MembershipOptions {
  /** A member that says nothing for this long is dead. */
  readonly sessionMs: number
  readonly beatMs: number
  /** Members have this long to finish what they have in hand, when the group is shared anew. */
  readonly rebalanceMs: number
}

export interface MembershipDeps {
  readonly kafka: Kafka
  readonly topic: string
  readonly groupId: string
  readonly pace: Pace
  /** What to do with a partition while it is ours. Never rejects. */
  readonly work: (partition: number, holding: Holding, signal: AbortSignal) => Promise<void>
  /** The last life of each partition in this process: two at once would be two owners. */
  readonly lives: Map<number, Promise<void>>
  readonly onFailure: (error: unknown) => void
}

/**
 * One membership of a group: from joining to leaving, or to the crash of the client, which is thrown. A
 * client of kafkajs that crashed is not trusted to start itself again: after some errors it does not.
 */
export async function joinGroup(
  deps: MembershipDeps,
  { sessionMs, beatMs, rebalanceMs }: MembershipOptions,
  signal: AbortSignal,
): Promise<void> {
  const { kafka, topic, groupId, pace, onFailure } = deps
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: sessionMs,
    heartbeatInterval: beatMs,
    rebalanceTimeout: rebalanceMs,
    // Longer than ticks are apart: a fetch that comes back empty means that nobody leads.
    maxWaitTimeInMs: KAFKA_FETCH_WAIT_MS,
    allowAutoTopicCreation: false,
    // Few retries: a commit keeps to a coordinator that moved away through all of them.
    retry: { initialRetryTime: 100, maxRetryTime: 300, retries: 3, restartOnFailure: no },
  })
  const crashed = Promise.withResolvers<never>()
  crashed.promise.catch(() => undefined)
  const standing = proofs(consumer, deps, sessionMs)
  let tenure: Tenure | undefined

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    tenure?.revoke()
    tenure = beginTenure(payload.memberAssignment[topic] ?? [], { ...deps, ...standing, consumer })
  })
  consumer.on(consumer.events.REBALANCING, () => void tenure?.end())
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    tenure?.revoke()
    crashed.reject(failureOf(payload.error, groupId))
  })

  /** Asked here and not only by kafkajs, which would join again while partitions are still being worked on. */
  async function beat(heartbeat: () => Promise<void>): Promise<void> {
    try {
      await heartbeat()
    } catch (error) {
      await finish(heartbeat)
      throw error
    }
  }

  /** The session goes on while what is in hand is finished: the broker refuses the beat, and has heard it. */
  async function finish(heartbeat: () => Promise<void>): Promise<void> {
    const done = new AbortController()
    void tenure?.end().then(() => done.abort())
    const lastAt = pace.now() + rebalanceMs / 2
    while (tenure !== undefined && !done.signal.aborted && pace.now() < lastAt) {
      await pace.sleep(beatMs, done.signal)
      await heartbeat().catch((error: unknown) => {
        if (isSharing(error)) standing.prolong()
      })
    }
  }

  try {
    await answered(consumer.connect(), groupId)
    await answered(consumer.subscribe({ topics: [topic], fromBeginning: true }), groupId)
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: LOG_PARTITIONS,
      async eachBatch(fetched) {
        await beat(() => fetched.heartbeat())
        if (fetched.isStale()) return
        tenure?.offer(fetched.batch.partition, fetched.batch.messages)
      },
    })
    await Promise.race([crashed.promise, aborted(signal)])
  } finally {
    // Still a member that beats: what is in hand is finished and committed first.
    await tenure?.end()
    tenure?.revoke()
    const goodbye = consumer.disconnect().catch(onFailure)
    await atMost(KAFKA_GOODBYE_MS, pace, goodbye)
  }
}

/** What a member knows of its own standing, from the requests that were answered. */
function proofs(
  consumer: Consumer,
  { topic, pace }: Pick<MembershipDeps, 'topic' | 'pace'>,
  sessionMs: number,
) {
  let askedAt = Number.NEGATIVE_INFINITY
  let heldUntil = Number.NEGATIVE_INFINITY
  const confirmed = new Map<number, string>()

  // Sessions are counted from when the broker heard of us, which was after the sending.
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    if (payload.apiName === 'Heartbeat' || payload.apiName === 'SyncGroup') {
      askedAt = pace.now() - payload.duration
    }
  })
  const prolong = () => void (heldUntil = askedAt + sessionMs)
  consumer.on(consumer.events.HEARTBEAT, prolong)
  consumer.on(consumer.events.GROUP_JOIN, prolong)
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { partitions } of payload.topics) {
      for (const { partition, offset } of partitions) confirmed.set(partition, String(offset))
    }
  })

  const isHeld = () => pace.now() < heldUntil
  return {
    isHeld,
    prolong,
    /** A client that is stopping answers at once and commits nothing: only its confirmation counts. */
    async commit(partition: number, offset: bigint, metadata: string): Promise<void> {
      if (!isHeld()) throw lost(partition)
      const place = { topic, partition, offset: String(offset), metadata }
      confirmed.delete(partition)
      await answered(consumer.commitOffsets([place]), `commit of partition ${partition}`)
      if (confirmed.get(partition) !== place.offset) throw lost(partition)
    },
  }
}

const isSharing = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && error.type === 'REBALANCE_IN_PROGRESS'

const no = () => Promise.resolve(false)

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Waits for work, but no longer than so. */
async function atMost(ms: number, pace: Pace, work: Promise<unknown> | undefined): Promise<void> {
  const over = new AbortController()
  await Promise.race([work, pace.sleep(ms, over.signal)])
  over.abort()
}
