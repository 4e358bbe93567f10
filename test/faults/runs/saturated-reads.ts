import { setTimeout as delay } from 'node:timers/promises'
import { POSTGRES_FEED_READS_MAX } from '../../../shared/limits.ts'
import type { UserId } from '../../../shared/ids.ts'
import { keys } from '../../../shared/keys.ts'
import { ask } from '../../support/client.ts'
import type { FaultyStack } from '../faulty-stack.ts'
import { openLoop, percentile } from '../open-loop.ts'
import type { Person } from '../people.ts'
import { redisPastFaults } from '../redis-past-faults.ts'
import type { Row } from '../row.ts'
import { FEED, followAll, type WarmReaders } from '../warm-readers.ts'

const POSTS_PER_SECOND = 20
/** Far more than eight statements of half a second and more can answer. */
const COLD_PER_SECOND = 40
const WARM_PER_SECOND = 10
/** How long a statement that reads follows has to wait, and how long none does. */
const SLOW_MS = 700
const BETWEEN_MS = 20
const ACCEPT_RATIO_MAX = 2
const PROBLEMS_MAX = 5

export interface SaturatedReads {
  readonly originUrl: string
  /** People whose lists are taken away before each of their reads. */
  readonly cold: readonly Person[]
  /** Each is some time in peace and then as much under reads, so that both meet the same machine. */
  readonly pairs: number
  readonly windowMs: number
  readonly isTimed: boolean
}

/**
 * Postgres takes 700 ms for each statement of reads without a list, and more of them come than fit: posts
 * are accepted as fast as in peace, what is warm is served as before, and the rest is labelled.
 */
export async function saturatedReads(
  stack: FaultyStack,
  warm: WarmReaders,
  { originUrl, cold, pairs, windowMs, isTimed }: SaturatedReads,
): Promise<Row> {
  await followAll(stack.edgeUrl, { readers: cold, authors: warm.authors })
  await warm.warm()
  using redis = await redisPastFaults(stack.redis.url)
  const problems: string[] = []
  const labels = new Map<string, number>()
  let waiting = 0

  const load = async (perSecond: number, send: (nth: number, dueAt: number) => Promise<void>) => {
    const endsAt = performance.now() + windowMs
    await openLoop({ perSecond, goesOn: () => performance.now() < endsAt, send })
  }
  const posts = async (): Promise<readonly number[]> => {
    const latencies: number[] = []
    await load(POSTS_PER_SECOND, async (nth, dueAt) => {
      const as = warm.authors[nth % warm.authors.length]
      const body = { text: `post ${nth}` }
      const { status } = await ask(originUrl, 'POST', '/v1/posts', { as, body })
      latencies.push(performance.now() - dueAt)
      if (status !== 201) problems.push(`a post: ${status}`)
    })
    return latencies
  }
  const read = (kind: string, url: string, readers: readonly Person[]) =>
    load(kind === 'cold' ? COLD_PER_SECOND : WARM_PER_SECOND, async (nth, dueAt) => {
      const as = readers[nth % readers.length]
      if (as === undefined) throw new Error('nobody reads')
      if (kind === 'cold') await redis.client.del(keys.timeline(as.id as UserId))
      const answer = await ask(url, 'GET', FEED, { as })
      const by = answer.servedBy ?? answer.status
      const label = `${kind} ${by} ${String(answer.json['completeness'])}`
      labels.set(label, (labels.get(label) ?? 0) + 1)
      const ms = Math.round(performance.now() - dueAt)
      const wrong =
        answer.status === 200
          ? warm.wrongWith(answer, dueAt)
          : `${answer.status} ${String(answer.json['code'])} after ${ms} ms`
      if (wrong !== undefined) problems.push(`${kind}: ${wrong}`)
    })

  const [quiet, under]: [number[], number[]] = [[], []]
  for (let pair = 0; pair < pairs; pair += 1) {
    const [inPeace] = await Promise.all([posts(), read('warm', stack.edgeUrl, warm.readers)])
    quiet.push(...inPeace)
    const slow = new AbortController()
    const slowing = slowReads(stack, slow.signal)
    const [beside] = await Promise.all([
      posts(),
      read('cold', originUrl, cold),
      read('warm', stack.edgeUrl, warm.readers),
    ])
    under.push(...beside)
    slow.abort()
    waiting = Math.max(waiting, await slowing)
  }

  const [quietMs, underMs] = [percentile(quiet, 0.99), percentile(under, 0.99)]
  if (waiting < POSTGRES_FEED_READS_MAX)
    problems.push(`only ${waiting} reads waited: not saturated`)
  if (!labels.has('cold origin partial')) problems.push('every cold read found room: not saturated')
  if (isTimed && underMs > ACCEPT_RATIO_MAX * quietMs) {
    problems.push(`accepting a post takes ${(underMs / quietMs).toFixed(1)} times as long`)
  }
  return {
    run: 'postgres slow for reads',
    found: {
      posts: quiet.length + under.length,
      'accept p99 ms in peace': Math.round(quietMs),
      'under reads': Math.round(underMs),
      'reads that wait at once': waiting,
      answers: [...labels].map(([label, times]) => `${label} ${times}`).join(', '),
    },
    problems: problems.slice(0, PROBLEMS_MAX),
  }
}

/** Takes the table of follows, which accepting a post never asks, again and again. */
async function slowReads({ pool }: FaultyStack, signal: AbortSignal): Promise<number> {
  const client = await pool.connect()
  let most = 0
  try {
    while (!signal.aborted) {
      await client.query('begin')
      await client.query('lock table follows in access exclusive mode')
      await delay(SLOW_MS)
      const { rows } = await client.query<{ waiting: string }>(
        `select count(*) as waiting from pg_stat_activity
         where datname = current_database() and application_name = 'headwater-read'
           and wait_event_type = 'Lock'`,
      )
      most = Math.max(most, Number(rows[0]?.waiting))
      await client.query('rollback')
      await delay(BETWEEN_MS)
    }
  } finally {
    client.release()
  }
  return most
}
