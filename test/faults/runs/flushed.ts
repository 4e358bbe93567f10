import { cp } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { redisConnection } from '../../../origin/adapters/redis/connection.ts'
import { POSTGRES_FEED_READS_MAX } from '../../../shared/limits.ts'
import { until } from '../../../scripts/local/until.ts'
import { compareIds } from '../../../shared/ids.ts'
import { ask, idsOn } from '../../support/client.ts'
import type { FaultyStack, Person } from '../faulty-stack.ts'
import { openLoop, percentile } from '../open-loop.ts'
import type { Row } from '../row.ts'
import { FEED, type WarmReaders } from '../warm-readers.ts'

const SETTLED_MS_MAX = 30_000
/** The edge answers by itself again: what only processes of the origin still had is back in Redis. */
const FROM_L2_MS_MAX = 10_000
const LOOK_EVERY_MS = 10
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
  const statements = mostAtOnce(stack, looking.signal)
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
          ? warm.wrongWith(answer, dueAt)
          : `${answer.status} ${String(answer.json['code'])} after ${Math.round(performance.now() - dueAt)} ms`
      if (wrong !== undefined) problems.push(wrong)
    },
  })
  await losing
  await undo?.()
  await Promise.all(warm.readers.map((reader) => showsTheNewest(stack, warm, reader))).catch(
    (error: unknown) => problems.push(String(error)),
  )
  const settledMs = performance.now() - lostAt
  await warm.warm(FROM_L2_MS_MAX).catch((error: unknown) => problems.push(String(error)))
  const fromL2Ms = performance.now() - lostAt
  looking.abort()
  const most = await statements
  if (most > POSTGRES_FEED_READS_MAX) problems.push(`${most} statements of feeds at once`)

  return {
    run: `redis ${loss}`,
    found: {
      reads: latencies.length,
      'p99 ms': Math.round(percentile(latencies, 0.99)),
      'settled ms': Math.round(settledMs),
      'from L2 again ms': Math.round(fromL2Ms),
      'statements at once': most,
      answers: [...labels].map(([label, times]) => `${label} ${times}`).join(', '),
    },
    problems: problems.slice(0, 5),
  }
}

/** Complete, and equal to everything that was acknowledged, whoever serves it. */
const showsTheNewest = ({ edgeUrl }: FaultyStack, warm: WarmReaders, as: Person) =>
  until(
    async () => {
      const page = await ask(edgeUrl, 'GET', `${FEED}&limit=50`, { as })
      const newest = [...warm.acknowledged.keys()].toSorted(compareIds).toReversed().slice(0, 50)
      return page.json['completeness'] === 'complete' && idsOn(page).join() === newest.join()
    },
    { deadlineMs: SETTLED_MS_MAX, what: 'a complete page of the newest 50', everyMs: 100 },
  )

type Undo = () => Promise<unknown>

async function snapshot({ redis: { url, dataDir } }: FaultyStack): Promise<void> {
  await using redis = await connected(url)
  await redis.client.save()
  await cp(path.join(dataDir, 'dump.rdb'), path.join(dataDir, 'earlier.rdb'))
}

async function lose(stack: FaultyStack, loss: Loss): Promise<Undo> {
  const { url, dataDir } = stack.redis
  if (loss === 'rolled back') {
    await stack.killRedis()
    await cp(path.join(dataDir, 'earlier.rdb'), path.join(dataDir, 'dump.rdb'))
    await stack.startRedis()
    return async () => undefined
  }
  await using redis = await connected(url)
  if (loss === 'flushed') {
    await redis.client.flushall()
    return async () => undefined
  }
  // Below what it holds: nothing may be written, or much has to go.
  await redis.client.config(
    'SET',
    'maxmemory-policy',
    loss === 'full' ? 'noeviction' : 'volatile-lfu',
  )
  await redis.client.config('SET', 'maxmemory', '1mb')
  return async () => {
    await using again = await connected(url)
    await again.client.config('SET', 'maxmemory', '512mb')
    await again.client.config('SET', 'maxmemory-policy', 'volatile-lfu')
  }
}

async function connected(url: string) {
  const client = redisConnection({ url, name: 'loss', onError: () => undefined, deadlineMs: 5_000 })
  await new Promise((resolve) => client.once('ready', resolve))
  return { client, [Symbol.asyncDispose]: async () => client.disconnect() }
}

/** Of the pool that reads without a list and warming share, as Postgres itself sees it. */
async function mostAtOnce({ pool }: FaultyStack, signal: AbortSignal): Promise<number> {
  let most = 0
  while (!signal.aborted) {
    const { rows } = await pool.query<{ active: string }>(
      `select count(*) as active from pg_stat_activity
       where datname = current_database() and application_name = 'headwater-read' and state = 'active'`,
    )
    most = Math.max(most, Number(rows[0]?.active))
    await delay(LOOK_EVERY_MS)
  }
  return most
}
