import { setTimeout as delay } from 'node:timers/promises'
import { ask, idsOn, type Answer } from '../../support/client.ts'
import type { Person } from '../../support/deployment.ts'

export const BEFORE = 'as it was before'
export const AFTER = 'as it is now'

/** One page, of one reader at one edge, and how it shows the state of before. */
export interface Probe {
  readonly name: string
  readonly at: string
  readonly target: string
  readonly as: Person
  verdict(answer: Answer): 'old' | 'new' | 'failed'
}

export interface Watched {
  readonly name: string
  /** From the 2xx of the write to the arrival of the last old answer; 0: none came after it. */
  readonly lastOldMs: number
  /** Who gave old answers after the 2xx. */
  readonly oldFrom: ReadonlySet<string | null>
  readonly layers: ReadonlySet<string | null>
  readonly failures: readonly string[]
}

export interface WatchOptions {
  /** When the change was acknowledged. */
  readonly writtenAt: () => number | undefined
  /** Looked at after each answer: the time since the change, and since when no old one came. */
  readonly enough: (sinceMs: number, lastOldMs: number) => boolean
}

const EVERY_MS = 25
const DEADLINE_MS = 30_000

/** Asks densely, from before the change on until it was watched for long enough. */
export async function watch(probe: Probe, options: WatchOptions): Promise<Watched> {
  const startedAt = performance.now()
  const oldFrom = new Set<string | null>()
  const layers = new Set<string | null>()
  const failures: string[] = []
  let lastOldMs = 0
  while (performance.now() - startedAt < DEADLINE_MS) {
    const answer = await ask(probe.at, 'GET', probe.target, { as: probe.as })
    const writtenAt = options.writtenAt()
    const sinceMs = writtenAt === undefined ? 0 : performance.now() - writtenAt
    const verdict = probe.verdict(answer)
    layers.add(answer.servedBy)
    if (verdict === 'failed') failures.push(`${answer.status} ${answer.text.slice(0, 200)}`)
    if (verdict === 'old' && writtenAt !== undefined) {
      lastOldMs = sinceMs
      oldFrom.add(answer.servedBy)
    }
    if (writtenAt !== undefined && options.enough(sinceMs, lastOldMs)) {
      return { name: probe.name, lastOldMs, oldFrom, layers, failures }
    }
    await delay(EVERY_MS)
  }
  throw new Error(`${probe.name}: watched for ${DEADLINE_MS} ms without an end`)
}

const judged = (isOld: boolean, isNew: boolean) => (isOld ? 'old' : isNew ? 'new' : 'failed')

type Place = Omit<Probe, 'target' | 'verdict'>

/** There with the old text; or with the new one, or gone. */
export const postProbe = (place: Place, post: string): Probe => ({
  ...place,
  target: `/v1/posts/${post}`,
  verdict: ({ status, json }) =>
    judged(
      status === 200 && json['text'] === BEFORE,
      status === 404 || (status === 200 && json['text'] === AFTER),
    ),
})

export const profileProbe = (place: Place, user: string): Probe => ({
  ...place,
  target: `/v1/users/${user}`,
  verdict: ({ status }) => judged(status === 200, status === 404),
})

export const feedProbe = (place: Place, post: string): Probe => ({
  ...place,
  target: '/v1/feed?mode=latest',
  verdict(page) {
    const isOld = idsOn(page).includes(post) && page.text.includes(`"${BEFORE}"`)
    return judged(page.status === 200 && isOld, page.status === 200 && !isOld)
  },
})
