import { Kafka, logLevel, type Admin } from 'kafkajs'
import { until } from '../../scripts/local/until.ts'
import type { FaultyKafka } from './faulty-kafka.ts'
import type { LogWitness } from './log-witness.ts'

const END_DEADLINE_MS = 30_000
const GROUPS = ['deliver', 'count']

/**
 * Somebody else who reads the topic, past all faults, with a client and a notion of the messages of its
 * own. What is published again counts where it came first; how often that was, it says.
 */
export async function kafkaWitness({ brokers, prefix }: FaultyKafka): Promise<LogWitness> {
  const topic = `${prefix}.events`
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 30 },
  })
  const admin = kafka.admin()
  await admin.connect()
  const begins = await endsOf(admin, topic)
  const consumer = kafka.consumer({ groupId: `witness-${crypto.randomUUID()}` })
  const seen = new Map<string, string[]>()
  const known = new Set<string>()
  const next = new Map<number, bigint>()
  let repeats = 0

  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    async eachBatch({ batch: { partition, messages } }) {
      for (const { offset, key, value } of messages) {
        next.set(partition, BigInt(offset) + 1n)
        if (BigInt(offset) < (begins.get(partition) ?? 0n)) continue
        const { event } = JSON.parse(value?.toString() ?? '{}') as { event?: Published }
        if (event?.event.type !== 'post.created' || event.event.post === undefined) continue
        if (known.has(event.event.post)) {
          repeats += 1
          continue
        }
        known.add(event.event.post)
        const author = key?.toString() ?? ''
        seen.set(author, [...(seen.get(author) ?? []), event.event.post])
      }
    },
  })

  const isPast = (places: ReadonlyMap<number, bigint>, ends: ReadonlyMap<number, bigint>) =>
    [...ends].every(([partition, end]) => end === 0n || (places.get(partition) ?? 0n) >= end)
  let lastEnds: ReadonlyMap<number, bigint> | undefined

  return {
    seen,
    repeats: () => repeats,
    async areGroupsPast(isPublished) {
      if (!isPublished) return false
      lastEnds ??= await endsOf(admin, topic)
      for (const group of GROUPS) {
        const groupId = `${topic}.${group}`
        const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
        const places = found?.partitions.map((one) => [one.partition, BigInt(one.offset)] as const)
        if (!isPast(new Map(places), lastEnds)) return false
      }
      return true
    },
    async stop() {
      const ends = await endsOf(admin, topic)
      const words = { deadlineMs: END_DEADLINE_MS, what: 'the end of the topic', everyMs: 50 }
      await until(() => isPast(next, ends), words)
      await consumer.disconnect()
      await admin.disconnect()
    },
  }
}

interface Published {
  readonly event: { readonly type: string; readonly post?: string }
}

async function endsOf(admin: Admin, topic: string): Promise<ReadonlyMap<number, bigint>> {
  // A broker that has just heard of the topic may know no partitions of it yet.
  // The client has no one error for that, so each is asked past, and the last is told at the deadline.
  let failure: unknown
  const ask = () =>
    admin.fetchTopicOffsets(topic).catch((error: unknown) => {
      failure = error
      return undefined
    })
  const words = { deadlineMs: END_DEADLINE_MS, what: 'the ends of the topic', everyMs: 100 }
  const ends = await until(ask, words).catch((error: Error) => {
    throw new Error(`${error.message}; last failure: ${String(failure)}`, { cause: failure })
  })
  return new Map(ends.map(({ partition, high }) => [partition, BigInt(high)]))
}
