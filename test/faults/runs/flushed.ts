import { cp } from 'node:fs/promises'
import path from 'node:path'
import { POSTGRES_FEED_READS_MAX } from '../../../shared/limits.ts'
import { ask, type Answer } from '../../support/client.ts'
import { mostFeedConnections } from '../feed-connections.ts'
import type { FaultyStack } from '../faulty-stack.ts'
import { openLoop, percentile } from '../open-loop.ts'
import { redisPastFaults } from '../redis-past-faults.ts'
import type { Row } from '../row.ts'
import { showsTheNewest } from '../shows-the-newest.ts'
import { FEED, type WarmReaders } from '../warm-readers.ts'

/** The edge answers by itself again: what only processes of the origin still had is back in Redis. */
const FROM_L2_MS_MAX = 10_000
const SNAPSHOT_AT = 0.2
const LOSS_AT = 0.4

/** How Redis loses what it held. */
export const LOSSES = ['rolled back', 'full', 'evicting', 'flushed'] as const
export type Loss = (typeof LOSSES)[number]

export interface Flushed {
  readonly loss: Loss
  readonly reads: number
  readonly perSecond: number
}

/** Redis loses some or all of it under reads and writes: latency may grow, and nothing else may change. */
export async function flushed(
  stack: FaultyStack,
  warm: WarmReaders,
  { loss, reads, perSecond }: Flushed,
): Promise<Row> {
  await Promise.all(warm.readers.map((reader) => showsTheNewest(stack, warm, reader)))
  const problems: string[] = []
  const latencies: number[] = []
  const labels = new Map<string, number>()
  let lostAt = Infinity
  const looking = new AbortController()
  const connections = mostFeedConnections(stack, looking.signal)
  let undo: Undo | undefined
  let losing: Promise<void> = Promise.resolve()

  await openLoop({
    perSecond,
    goesOn: (sent) => sent < reads,
    async send(nth, dueAt) {
      if (nth === Math.floor(reads * SNAPSHOT_AT)) await snapshot(stack)
      if (nth === Math.floor(reads * LOSS_AT)) {
        losing = lose(stack, loss).then((how) => {
          undo = how
          lostAt = performance.now()
        })
      }
      const [author] = warm.authors
      if (nth % perSecond === 0 && author !== undefined) await warm.post(author, `nth ${nth}`)
      const as = warm.readers[nth % warm.readers.length]
      const answer = await ask(stack.edgeUrl, 'GET', FEED, { as })
      latencies.push(performance.now() - dueAt)
      const label = `${answer.servedBy ?? answer.status} ${String(answer.json['completeness'])}`
      labels.set(label, (labels.get(label) ?? 0) + 1)
      const wrong =
        answer.status === 200
          ? (warm.wrongWith(answer, dueAt) ?? costly(loss, answer))
          : `${answer.status} ${String(answer.json['code'])} after ${Math.round(performance.now() - dueAt)} ms`
      if (wrong !== undefined) problems.push(wrong)
    },
  })
  await losing
  const unmet = await undo?.()
  if (unmet !== undefined) problems.push(unmet)
  await Promise.all(warm.readers.map((reader) => showsTheNewest(stack, warm, reader))).catch(
    (error: unknown) => problems.push(String(error)),
  )
  const settledMs = performance.now() - lostAt
  await warm.warm(FROM_L2_MS_MAX).catch((error: unknown) => problems.push(String(error)))
  const fromL2Ms = performance.now() - lostAt
  looking.abort()
  const most = await connections
  if (most > POSTGRES_FEED_READS_MAX) problems.push(`${most} connections for feeds at once`)

  return {
    run: `redis ${loss}`,
    found: {
      reads: latencies.length,
      'p99 ms': Math.round(percentile(latencies, 0.99)),
      'settled ms': Math.round(settledMs),
      'from L2 again ms': Math.round(fromL2Ms),
      'postgres connections': most,
      answers: [...labels].map(([label, times]) => `${label} ${times}`).join(', '),
    },
    problems: problems.slice(0, 5),
  }
}

/** A full Redis answers reads as before: only what it does not have any more takes longer. */
const costly = (loss: Loss, { json }: Answer): string | undefined =>
  (loss === 'full' || loss === 'evicting') && json['completeness'] !== 'complete'
    ? `${String(json['completeness'])} where nothing is missing`
    : undefined

/** Answers what should have happened and did not. */
type Undo = () => Promise<string | undefined>

async function snapshot({ redis: { url, dataDir } }: FaultyStack): Promise<void> {
  using redis = await redisPastFaults(url)
  await redis.client.save()
  await cp(path.join(dataDir, 'dump.rdb'), path.join(dataDir, 'earlier.rdb'))
}

async function lose(stack: FaultyStack, loss: Loss): Promise<Undo> {
  const { url, dataDir } = stack.redis
  if (loss === 'rolled back') {
    await stack.killRedis()
    await cp(path.join(dataDir, 'earlier.rdb'), path.join(dataDir, 'dump.rdb'))
    await stack.startRedis()
    return unnoticed
  }
  using redis = await redisPastFaults(url)
  if (loss === 'flushed') {
    await redis.client.flushall()
    return unnoticed
  }
  // Below what it holds: nothing may be written, or much has to go.
  await redis.client.config(
    'SET',
    'maxmemory-policy',
    loss === 'full' ? 'noeviction' : 'volatile-lfu',
  )
  await redis.client.config('SET', 'maxmemory', '1mb')
  return async () => {
    using again = await redisPastFaults(url)
    const wasMet = await again.client
      .info()
      .then((info) => (loss === 'full' ? REFUSED : EVICTED).test(info))
    await again.client.config('SET', 'maxmemory', '512mb')
    await again.client.config('SET', 'maxmemory-policy', 'volatile-lfu')
    return wasMet ? undefined : 'Redis refused and evicted nothing: nothing was proved'
  }
}

const unnoticed: Undo = async () => undefined

const REFUSED = /errorstat_OOM:count=[1-9]/
const EVICTED = /evicted_keys:[1-9]/
