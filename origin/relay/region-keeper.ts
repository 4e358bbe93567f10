import { AppError } from '../../shared/errors.ts'
import { bell, rungOrAfter } from '../../shared/bell.ts'
import type { Tick } from '../../shared/events/tick.ts'
import { covers, type Horizon } from '../../shared/horizon.ts'
import {
  INVALIDATION_APPEND_MAX,
  INVALIDATION_LAG_MS_MAX,
  INVALIDATION_WAITING_MAX,
  LEASE_LIFE_MS,
  LEASE_RENEW_MS,
  LEASE_TICK_AGE_MS_MAX,
  REGION_RETRY_MS,
} from '../../shared/limits.ts'
import type {
  InvalidationRegion,
  NumberedInvalidation,
  PulledSet,
  RegionAnswer,
} from '../ports/invalidation-region.ts'
import type { Pace } from '../ports/pace.ts'
import { clockReading, type ClockReading } from './clock.ts'

/** What one read of the outbox means for every region. */
export interface Step {
  readonly entries: readonly NumberedInvalidation[]
  /** When the read was sent, if it read everything visible: all that was committed before is in the entries so far. */
  readonly completeAt: number | undefined
  readonly tick: SeenTick | undefined
}

export interface SeenTick extends Tick {
  /** By our own clock, and not later than this. */
  readonly madeAt: number
}

export interface RegionKeeper {
  readonly name: string
  /** The number at which its log ends, when it waits for a restart: the new one must lie beyond. */
  readonly waitsAbove: () => number | undefined
  /** With a number beyond the next one; `read` is what had been read when the number was reserved. */
  readonly restart: (number: number, read: Horizon) => void
  readonly take: (step: Step) => void
  readonly publish: (set: PulledSet) => void
  readonly clock: () => ClockReading | undefined
  /** Until the signal aborts. Rejects when a newer leader is there; any other failure costs this region's lease. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

export interface RegionKeeperDeps {
  readonly region: InvalidationRegion
  readonly term: number
  readonly pace: Pace
  /** It waits for a restart now. */
  readonly onWaiting: () => void
  readonly onFailure: (error: unknown, region: string) => void
}

type State =
  /** It failed, or was not looked at yet. */
  | { readonly is: 'away' }
  | { readonly is: 'waiting'; readonly last: number }
  | { readonly is: 'restarting'; readonly number: number; readonly read: Horizon }
  | Live

interface Live {
  readonly is: 'live'
  /** The number at which the log ends, if nothing went wrong. */
  last: number
  /** What had been read when it began: a tick from before that would be a lease over what the gap hides. */
  readonly read: Horizon
}

/**
 * One region's share of leading, at its own pace: one that hangs keeps nobody else waiting. Whatever goes
 * wrong has one remedy. The log is left with a visible gap, at which every reader drops what it holds,
 * and the lease comes back with a tick from after that. So nothing needs to be known of what a region
 * lost, what a leader before had begun, or whether an append without an answer was done.
 */
export function regionKeeper(deps: RegionKeeperDeps): RegionKeeper {
  const { region, term, pace, onWaiting, onFailure } = deps
  const woken = bell()
  let state: State = { is: 'away' }
  let waiting: NumberedInvalidation[] = []
  let completeAt = Number.NEGATIVE_INFINITY
  let tick: SeenTick | undefined
  let pulled: PulledSet | undefined
  let timeMs = 0
  let clock: ClockReading | undefined
  let renewedAt = Number.NEGATIVE_INFINITY

  async function ask(question: () => Promise<RegionAnswer>): Promise<RegionAnswer> {
    const sentAt = pace.now()
    const answer = await question()
    timeMs = answer.timeMs
    clock = clockReading(sentAt, pace.now(), answer.timeMs)
    if (answer.outcome === 'other-term') {
      throw new AppError('LEADER_FOLLOWED', `region ${region.name} has seen a newer leader`)
    }
    return answer
  }

  async function askDone(question: () => Promise<RegionAnswer>): Promise<void> {
    const { outcome, last } = await ask(question)
    if (outcome === 'done') return
    throw new AppError('STORE_UNAVAILABLE', `the log of region ${region.name} ends at ${last}`)
  }

  async function look(): Promise<void> {
    const { last } = await ask(() => region.look(term))
    state = { is: 'waiting', last }
    onWaiting()
  }

  async function append(live: Live): Promise<void> {
    const entries = waiting.slice(0, INVALIDATION_APPEND_MAX)
    const last = entries.at(-1)?.number
    if (last === undefined) return
    await askDone(() => region.append(term, live.last, entries))
    live.last = last
    waiting = waiting.slice(entries.length)
  }

  /** The reading of what is complete comes before the sending: the answer may take its time. */
  async function renew({ last, read }: Live): Promise<void> {
    const isComplete = pace.now() - completeAt <= INVALIDATION_LAG_MS_MAX && waiting.length === 0
    if (!isComplete || tick === undefined || !covers(tick.horizon, read)) return
    // A leader that slept wakes up with the tick of then, read before it slept or not, before it makes the next.
    if (pace.now() - tick.madeAt > LEASE_TICK_AGE_MS_MAX) return
    if (pace.now() - renewedAt < LEASE_RENEW_MS) return
    renewedAt = pace.now()
    const { n, atMs, horizon } = tick
    const lease = { term, tick: n, lastNumber: last, atMs, horizon }
    await askDone(() => region.renew(lease, timeMs + LEASE_LIFE_MS))
  }

  async function publish(): Promise<void> {
    const set = pulled
    if (set === undefined) return
    pulled = undefined
    await askDone(() => region.publishPulledSet(term, set))
  }

  async function work(): Promise<void> {
    if (state.is === 'away') await look()
    if (state.is === 'restarting') {
      const { number, read } = state
      await askDone(() => region.restart(term, number))
      state = { is: 'live', last: number, read }
    }
    const live = state
    if (live.is !== 'live') return
    for (const step of [append, renew, publish]) {
      await step(live)
      // Meanwhile it may have fallen too far behind.
      if (state !== live) return
    }
  }

  function failed(error: unknown): void {
    state = { is: 'away' }
    waiting = []
    onFailure(error, region.name)
  }

  return {
    name: region.name,
    waitsAbove: () => (state.is === 'waiting' ? state.last : undefined),
    restart(number, read) {
      state = { is: 'restarting', number, read }
      woken.ring()
    },
    take(step) {
      if (state.is !== 'live' && state.is !== 'restarting') return
      waiting.push(...step.entries)
      if (step.completeAt !== undefined) completeAt = step.completeAt
      if (step.tick !== undefined) tick = step.tick
      if (waiting.length > INVALIDATION_WAITING_MAX) {
        failed(new AppError('OVERLOADED', `region ${region.name} is too far behind`))
      }
      woken.ring()
    },
    publish(set) {
      pulled = set
      woken.ring()
    },
    clock: () => clock,
    async run(signal) {
      while (!signal.aborted) {
        const rings = woken.rings()
        try {
          await work()
          if (waiting.length === 0 || state.is !== 'live') {
            await rungOrAfter({ bell: woken, rings, ms: LEASE_RENEW_MS }, pace.sleep, signal)
          }
        } catch (error) {
          if (error instanceof AppError && error.code === 'LEADER_FOLLOWED') throw error
          failed(error)
          await pace.sleep(REGION_RETRY_MS, signal)
        }
      }
    },
  }
}
