import { POSTGRES_FEED_QUEUE_MAX, POSTGRES_FEED_READS_MAX } from '../../../shared/limits.ts'
import type { UserId } from '../../../shared/ids.ts'
import { allBuckets, keys } from '../../../shared/keys.ts'
import { lowestMark, parseWatermark } from '../../../shared/watermark.ts'
import { until } from '../../../scripts/local/until.ts'
import { ask } from '../../support/client.ts'
import { mostFeedConnections } from '../feed-connections.ts'
import type { FaultyStack } from '../faulty-stack.ts'
import { openLoop, percentile } from '../open-loop.ts'
import { redisPastFaults, type RedisPastFaults } from '../redis-past-faults.ts'
import type { Row } from '../row.ts'
import { showsTheNewest } from '../shows-the-newest.ts'
import { FEED, type WarmReaders } from '../warm-readers.ts'

/** Consumers notice on a tick that their watermarks are gone, begin new lives, and claim on the next one. */
const LIVES_MS_MAX = 5_000
/** More come at once than run and wait together, and fewer than a busy process takes on. */
const AT_ONCE = POSTGRES_FEED_READS_MAX + POSTGRES_FEED_QUEUE_MAX + 8
const SETTLED_MS_MAX = 60_000
const PROBLEMS_MAX = 5

export interface Stampede {
  /**
   * Readers come here at once: an edge finds nothing in L2 for them, and an edge on the same few cores would
   * give up before the origin had a turn.
   */
  readonly originUrl: string
  /** Whether to judge how long it took. */
  readonly isTimed: boolean
}

/**
 * FLUSHALL, and everybody comes for a feed that is not there. First the same feeds are made in peace, as fast
 * as delivery makes them; then they have to be whole within twice that time, once their buckets live again.
 */
export async function stampede(
  stack: FaultyStack,
  warm: WarmReaders,
  { originUrl, isTimed }: Stampede,
): Promise<Row> {
  const feeds = warm.readers.length
  using redis = await redisPastFaults(stack.redis.url)
  const perSecond = await quietRate(originUrl, warm, redis)
  const problems: string[] = []
  const latencies: number[] = []
  const labels = new Map<string, number>()
  const looking = new AbortController()
  const connections = mostFeedConnections(stack, looking.signal)

  const send = async (nth: number, dueAt: number) => {
    const answer = await ask(originUrl, 'GET', FEED, { as: warm.readers[nth % feeds] })
    latencies.push(performance.now() - dueAt)
    const label = `${answer.servedBy ?? answer.status} ${String(answer.json['completeness'])}`
    labels.set(label, (labels.get(label) ?? 0) + 1)
    const wrong =
      answer.status === 200
        ? warm.wrongWith(answer, dueAt)
        : `${answer.status} ${String(answer.json['code'])}`
    if (wrong !== undefined) problems.push(wrong)
  }

  await redis.client.flushall()
  const flushedAt = performance.now()
  const lives = until(() => allLive(redis), {
    deadlineMs: SETTLED_MS_MAX,
    what: 'a life of every bucket',
    everyMs: 50,
  }).then(() => performance.now() - flushedAt)
  let settledMs: number | undefined
  const settling = until(() => allWhole(redis, warm), {
    deadlineMs: SETTLED_MS_MAX,
    what: 'whole lists of everybody',
    everyMs: 50,
  })
    .then(() => (settledMs = performance.now() - flushedAt))
    .catch((error: unknown) => problems.push(String(error)))
  const burst = Array.from({ length: AT_ONCE }, (_, nth) => send(nth, performance.now()))
  const deadline = flushedAt + SETTLED_MS_MAX
  await openLoop({
    perSecond,
    goesOn: () => settledMs === undefined && performance.now() < deadline,
    send,
  })
  await Promise.all([...burst, settling])
  looking.abort()

  const livesMs = await lives
  const makingMs = (settledMs ?? Infinity) - livesMs
  const makingMsMax = (feeds / (perSecond / 2)) * 1_000
  const most = await connections
  const partial = [...labels].filter(([label]) => label.endsWith('partial'))
  if (isTimed && livesMs > LIVES_MS_MAX)
    problems.push(`buckets lived again after ${Math.round(livesMs)} ms`)
  if (isTimed && makingMs > makingMsMax)
    problems.push(`feeds were made in ${Math.round(makingMs)} ms`)
  if (most > POSTGRES_FEED_READS_MAX) problems.push(`${most} connections for feeds at once`)
  if (partial.length === 0) problems.push('the budget was never full: nothing was proved')
  for (const reader of warm.readers) {
    await showsTheNewest(stack, warm, reader).catch((error: unknown) =>
      problems.push(String(error)),
    )
  }
  return {
    run: 'redis flushed, everybody comes',
    found: {
      feeds,
      'made a second in peace': Math.round(perSecond),
      reads: latencies.length,
      'p99 ms': Math.round(percentile(latencies, 0.99)),
      'lives ms': Math.round(livesMs),
      'made in ms': Math.round(makingMs),
      'at most ms': Math.round(makingMsMax),
      'postgres connections': most,
      answers: [...labels].map(([label, times]) => `${label} ${times}`).join(', '),
    },
    problems: problems.slice(0, PROBLEMS_MAX),
  }
}

const timelines = ({ readers }: WarmReaders) => readers.map(({ id }) => keys.timeline(id as UserId))

/** Lists a second, when nothing else is asked for and so many are read at once as the budget has room for. */
async function quietRate(
  originUrl: string,
  warm: WarmReaders,
  redis: RedisPastFaults,
): Promise<number> {
  await redis.client.del(...timelines(warm))
  const startedAt = performance.now()
  const waiting = [...warm.readers]
  const each = async () => {
    for (let as = waiting.pop(); as !== undefined; as = waiting.pop()) {
      await ask(originUrl, 'GET', FEED, { as })
    }
  }
  await Promise.all(Array.from({ length: POSTGRES_FEED_READS_MAX }, each))
  await until(() => allWhole(redis, warm), {
    deadlineMs: SETTLED_MS_MAX,
    what: 'whole lists in peace',
    everyMs: 20,
  })
  return (warm.readers.length * 1_000) / (performance.now() - startedAt)
}

/** Every list ends in a marker, which Redis would not have taken for another life than its bucket's. */
async function allWhole({ client }: RedisPastFaults, warm: WarmReaders): Promise<boolean> {
  const pipeline = client.pipeline()
  for (const key of timelines(warm)) pipeline.lindex(key, -1)
  const replies = (await pipeline.exec()) ?? []
  return replies.every(([, last]) => typeof last === 'string' && last.startsWith('F'))
}

/** Begun, and claimed once by each partition's consumer. */
async function allLive({ client }: RedisPastFaults): Promise<boolean> {
  const pipeline = client.pipeline()
  for (const bucket of allBuckets) pipeline.hgetall(keys.watermark(bucket))
  const replies = (await pipeline.exec()) ?? []
  return replies.every(([, fields]) => {
    const watermark = parseWatermark((fields ?? {}) as Record<string, string>)
    return ((watermark && lowestMark(watermark)?.atMs) ?? 0) > 0
  })
}
