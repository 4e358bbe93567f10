import type { Token } from '../../../shared/horizon.ts'
import { type PostId, type UserId } from '../../../shared/ids.ts'
import { laterToken } from '../../../shared/token.ts'
import { Violation } from '../judge/violation.ts'
import type { Scenario } from '../scenario/steps.ts'
import type { FaultKind } from '../world/faults.ts'
import { openWorld, type World } from '../world/world.ts'
import { endOf } from './ending.ts'
import { perform } from './perform.ts'
import { readersOf, type Readers } from './readers.ts'

/** What a run knows of its people and posts. */
export interface RunState {
  readonly world: World
  readonly readers: Readers
  readonly tally: Tally
  readonly tokens: Map<UserId, Token>
  /** Acknowledged. */
  readonly posts: Map<
    PostId,
    { readonly author: UserId; readonly xid: number; readonly text: string }
  >
  /** Of every attempt to post: what was said under which key. */
  readonly attempts: Map<string, { readonly text: string; isAcknowledged: boolean }>
  readonly newText: () => string
  readonly note: (user: UserId, token: Token) => void
  readonly isExcused: () => boolean
  /** Nothing goes wrong any more, and what had to be done about it is done. */
  isSettled: boolean
  readonly trace: (words: string) => void
}

export interface Tally {
  writes: number
  refusedWrites: number
  pages: number
  completePages: number
  refusedReads: number
  looks: number
  readonly servedBy: Map<string, number>
}

export interface RunResult {
  readonly seed: number
  readonly failure: { readonly promise: number; readonly words: string } | undefined
  readonly fired: ReadonlyMap<FaultKind, number>
  readonly tally: Tally
  readonly awakeMs: number
  readonly timers: number
  readonly noises: number
}

/** What went wrong may show for so long: deadlines, backoffs, and the leases of the dead. */
const EXCUSED_MS = 14_000
const START_MS = 3_000

/** One scenario from its beginning to its end, as long as every promise holds. */
export async function run(
  scenario: Scenario,
  trace: (words: string) => void = () => undefined,
): Promise<RunResult> {
  const world = await openWorld({ ...scenario.world, seed: scenario.seed, trace })
  const { clock, faults } = world
  let texts = 0
  const tokens = new Map<UserId, Token>()
  const state: RunState = {
    world,
    readers: readersOf(world),
    tokens,
    posts: new Map(),
    attempts: new Map(),
    tally: {
      writes: 0,
      refusedWrites: 0,
      pages: 0,
      completePages: 0,
      refusedReads: 0,
      looks: 0,
      servedBy: new Map(),
    },
    newText: () => `text ${(texts += 1)}`,
    note: (user, token) => void tokens.set(user, laterToken(tokens.get(user), token) ?? token),
    isSettled: false,
    isExcused: () => clock.now() - faults.lastFiredMs() < EXCUSED_MS,
    trace: (words) => trace(`        ${words}`),
  }
  const failure = await clock.run(failureOf(play(state, scenario)))
  world.end()
  return {
    seed: scenario.seed,
    failure,
    fired: faults.fired,
    tally: state.tally,
    awakeMs: clock.awakeMs(),
    timers: clock.timersFired(),
    noises: world.noises(),
  }
}

async function play(state: RunState, scenario: Scenario): Promise<void> {
  const { world } = state
  const failed = Promise.withResolvers<never>()
  // Heard by the race below. Steps may fail before it begins, and after it is over: the first failure counts.
  failed.promise.catch(() => undefined)
  const pause = (ms: number) => new Promise<void>((resolve) => world.clock.after(ms, resolve))
  const underWay = new Set<Promise<void>>()

  async function playAll(): Promise<void> {
    await pause(START_MS)
    for (const step of scenario.steps) {
      await pause(step.afterMs)
      const doing = perform(state, step, pause)
        .catch(failed.reject)
        .finally(() => underWay.delete(doing))
      underWay.add(doing)
    }
    await Promise.all(underWay)
    await endOf(state, pause)
  }
  await Promise.race([playAll(), failed.promise])
  const [unexpected] = world.unexpected
  if (world.unexpected.length > 0) throw unexpected
}

async function failureOf(work: Promise<void>): Promise<RunResult['failure']> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof Violation) return { promise: error.promise, words: error.message }
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { promise: 0, words: `the product broke: ${words}` }
  }
}
