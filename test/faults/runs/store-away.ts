import { setTimeout as delay } from 'node:timers/promises'
import { L2_DEADLINE_MS, ORIGIN_DEADLINE_MS } from '../../../shared/limits.ts'
import { ask } from '../../support/client.ts'
import { FEED, type WarmReaders } from '../warm-readers.ts'
import type { FaultyStack } from '../faulty-stack.ts'
import type { Store } from '../stack-lines.ts'
import type { LinkMode } from '../faulty-link.ts'
import { openLoop, percentile } from '../open-loop.ts'
import { regionWatch } from '../region-watch.ts'
import type { Row } from '../row.ts'

/** Longer than the edge waits for L2 and the origin for Redis; shorter than a page's own deadline. */
const SLOW_MS = 700
export const MODES: readonly LinkMode[] = [
  { is: 'refuse' },
  { is: 'black-hole' },
  { is: 'slow', delayMs: SLOW_MS },
  { is: 'reset' },
  { is: 'garbage' },
]

/** The nearest region, the one that takes over, then the origin: each has its deadline. */
const ANSWER_MS_MAX = 2 * L2_DEADLINE_MS + ORIGIN_DEADLINE_MS
const RECOVERY_MS_MAX = 10_000
/** Where time is not judged: what never recovers is found all the same. */
const RECOVERY_DEADLINE_MS = 60_000
const WRITE_EVERY_MS = 400
/** More of the same say nothing new. */
const PROBLEMS_MAX = 5
const ATTEMPTS_MAX = 3
const EXCUSED_SHARE_MAX = 0.05

export interface StoreAway {
  readonly store: Store
  readonly mode: LinkMode
  readonly reads: number
  readonly perSecond: number
  /** False: the machine may be busy with something else, and only answers are judged. */
  readonly isTimed: boolean
}

/**
 * One store in one mode, under reads that come whether they are answered or not, with writes between them.
 * Where the region lost its lease beside it, since this machine had no time, it is done again.
 */
export async function storeAway(
  stack: FaultyStack,
  warm: WarmReaders,
  wanted: StoreAway,
): Promise<Row> {
  for (let attempt = 1; ; attempt += 1) {
    const { row, excused } = await once(stack, warm, wanted)
    if (excused === 0) return row
    if (attempt < ATTEMPTS_MAX && excused > EXCUSED_SHARE_MAX * wanted.reads) continue
    const isMuch = excused > EXCUSED_SHARE_MAX * wanted.reads
    const words = `${excused} answers say nothing: the region itself was away`
    return {
      ...row,
      found: { ...row.found, 'region away too': excused },
      problems: isMuch ? [...row.problems, words] : row.problems,
    }
  }
}

async function once(
  stack: FaultyStack,
  warm: WarmReaders,
  { store, mode, reads, perSecond, isTimed }: StoreAway,
): Promise<{ row: Row; excused: number }> {
  await warm.warm()
  await using region = await regionWatch(stack.redis.url, warm.readers)
  const problems: string[] = []
  let excused = 0
  const latencies: number[] = []
  const labels = new Map<string, number>()
  const count = (label: string) => labels.set(label, (labels.get(label) ?? 0) + 1)
  // Feeds, and each of the others now and then.
  const [feed = FEED, ...others] = warm.targets()
  const targets = others.flatMap((other) => [feed, other])

  await stack.become(store, mode)
  const before = stack.traffic(store)
  const writing = new AbortController()
  const writes = keepWriting(warm, writing.signal)
  await openLoop({
    perSecond,
    goesOn: (sent) => sent < reads,
    async send(nth, dueAt) {
      const as = warm.readers[nth % warm.readers.length]
      const target = targets[Math.floor(nth / warm.readers.length) % targets.length] ?? FEED
      try {
        const answer = await ask(stack.edgeUrl, 'GET', target, { as })
        latencies.push(performance.now() - dueAt)
        count(`${answer.servedBy ?? answer.status}`)
        const label = answer.headers.get('headwater-completeness')
        if (label !== null && label !== 'complete') count(label)
        const isRefused = answer.status === 503 && store === 'origin'
        if (isRefused && !region.wasSound(dueAt, performance.now())) {
          excused += 1
        } else if (answer.status < 200 || answer.status > 299) {
          problems.push(`${target}: ${answer.status} ${answer.text.slice(0, 120)}`)
        } else if (target === FEED) {
          const wrong = warm.wrongWith(answer, dueAt)
          if (wrong !== undefined) problems.push(wrong)
        }
      } catch (error) {
        problems.push(`${target}: ${String(error)}`)
      }
    },
  })
  const after = stack.traffic(store)
  const met = after.faults - before.faults
  // Who is refused never reaches the line that could count.
  const isUnmet = mode.is === 'refuse' ? after.connections > before.connections : met === 0
  if (isUnmet) problems.push('nobody met the fault')
  const p99 = percentile(latencies, 0.99)
  if (isTimed && p99 > ANSWER_MS_MAX)
    problems.push(`p99 ${Math.round(p99)} ms is beyond ${ANSWER_MS_MAX} ms`)

  await stack.become(store, { is: 'open' })
  const repairedAt = performance.now()
  writing.abort()
  const written = await writes
  await warm
    .warm(isTimed ? RECOVERY_MS_MAX : RECOVERY_DEADLINE_MS)
    .catch((error: unknown) => problems.push(`no recovery: ${String(error)}`))
  const found = {
    reads: latencies.length,
    'p50 ms': Math.round(percentile(latencies, 0.5)),
    'p99 ms': Math.round(p99),
    'recovery ms': Math.round(performance.now() - repairedAt),
    faults: met,
    writes: `${written.made} of ${written.sent}`,
    answers: [...labels].map(([label, times]) => `${label} ${times}`).join(' '),
  }
  const more = problems.length - PROBLEMS_MAX
  const shown = problems.slice(0, PROBLEMS_MAX)
  const row = {
    run: `${store} ${mode.is}`,
    found,
    problems: more > 0 ? [...shown, `and ${more} more`] : shown,
  }
  return { row, excused }
}

/** Refused or not: reads have to be right beside them. */
async function keepWriting(
  warm: WarmReaders,
  signal: AbortSignal,
): Promise<{ made: number; sent: number }> {
  const count = { made: 0, sent: 0 }
  const [author] = warm.authors
  if (author === undefined) throw new Error('nobody writes')
  while (!signal.aborted) {
    count.sent += 1
    const { status } = await warm.post(author, `written meanwhile ${count.sent}`)
    if (status === 201) count.made += 1
    await delay(WRITE_EVERY_MS)
  }
  return count
}
