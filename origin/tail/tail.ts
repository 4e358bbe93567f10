import { backoffMs } from '../../shared/backoff.ts'
import { bell, rungOrAfter } from '../../shared/bell.ts'
import { hasToken, horizonBelow } from '../../shared/horizon.ts'
import type { Tag } from '../../shared/invalidation.ts'
import {
  OUTBOX_POLL_MS,
  PULLED_SET_LIFE_MS,
  TAIL_BYTES_MAX,
  TAIL_MS,
  TAIL_PIECE_MS,
} from '../../shared/limits.ts'
import { readableEvents } from '../log/readable-events.ts'
import type { Outbox, OutboxRead, Position } from '../ports/outbox.ts'
import type { Pace } from '../ports/pace.ts'
import type { Signal } from '../ports/signal.ts'
import type { Tail } from '../ports/tail.ts'
import type { Truth } from '../ports/truth.ts'
import { heardIn } from './heard-in.ts'
import { pulledAuthors, type PulledAuthors } from './pulled-set.ts'
import { tailMemory, type TailBounds, type TailMemory } from './tail-memory.ts'
import { tokenWaits } from './token-waits.ts'

export interface TailDeps {
  readonly outbox: Pick<Outbox, 'read' | 'since'>
  readonly truth: Pick<Truth, 'pulledAuthors'>
  readonly wakeups: Pick<Signal, 'listen'>
  readonly pace: Pace
  readonly onFailure: (error: unknown) => void
}

export interface TailOptions extends Partial<TailBounds> {
  readonly pollMs?: number
}

export interface RunningTail extends Tail {
  /** Follows the outbox until the signal aborts. Recovers from outages by itself. */
  run(signal: AbortSignal): Promise<void>
  /**
   * Since when, in milliseconds, something may be visible that the tail has not read. Memory stays good
   * while Postgres is away: nothing can be acknowledged then, but a reader should say so.
   */
  ageMs(): number
  /** Called with every version heard, so that what is cached below it can go. */
  onHeard(listener: (tag: Tag, version: number) => void): void
}

/** Before the start: it has nothing, and no watermark is covered. */
const NOTHING_YET: Position = { horizon: horizonBelow(0, 0), atMs: Number.POSITIVE_INFINITY }

export function outboxTail(deps: TailDeps, options: TailOptions = {}): RunningTail {
  const { outbox, truth, wakeups, pace, onFailure } = deps
  const {
    tailMs = TAIL_MS,
    bytesMax = TAIL_BYTES_MAX,
    pieceMs = TAIL_PIECE_MS,
    pollMs = OUTBOX_POLL_MS,
  } = options
  const bounds = { tailMs, bytesMax, pieceMs }
  const woken = bell()
  const waits = tokenWaits(pace, woken.ring)
  const listeners = new Set<(tag: Tag, version: number) => void>()
  let memory: TailMemory = tailMemory(NOTHING_YET, bounds)
  let pulled: PulledAuthors = pulledAuthors()
  let isCaughtUp = false
  let caughtUpAt = Number.NEGATIVE_INFINITY

  /** As far back as it may reach, so that a process that has just started covers lag as others do. */
  async function begin(): Promise<Position> {
    const position = await outbox.since(tailMs)
    // Read after the position was taken: what it does not show comes as events.
    const { authors } = await truth.pulledAuthors(position.atMs - PULLED_SET_LIFE_MS)
    pulled = pulledAuthors()
    pulled.load(authors)
    memory = tailMemory(position, bounds)
    return position
  }

  function take(read: OutboxRead): void {
    const events = readableEvents(read.events)
    memory.add({ events, position: read.position })
    pulled.add(events)
    pulled.expire(read.position.atMs)
    for (const { event } of events) {
      for (const { tag, version } of heardIn(event)) {
        for (const listener of listeners) listener(tag, version)
      }
    }
  }

  /** One read. Answers where to go on, or nothing when the outbox is another one: that of after a restore. */
  async function step(position: Position, signal: AbortSignal): Promise<Position | undefined> {
    const rings = woken.rings()
    const begunAt = pace.now()
    const read = await outbox.read(position)
    if (read.position.horizon.epoch !== position.horizon.epoch) {
      isCaughtUp = false
      return undefined
    }
    take(read)
    if (read.more) return read.position
    isCaughtUp = true
    caughtUpAt = begunAt
    waits.caughtUp(read.position.horizon, begunAt)
    await rungOrAfter({ bell: woken, rings, ms: pollMs }, pace.sleep, signal)
    return read.position
  }

  async function run(signal: AbortSignal): Promise<void> {
    const stopListening = wakeups.listen(woken.ring)
    let position: Position | undefined
    let failures = 0
    while (!signal.aborted) {
      try {
        position = await step((position ??= await begin()), signal)
        failures = 0
      } catch (error) {
        waits.failed()
        onFailure(error)
        await pace.sleep(backoffMs(failures, pace.random), signal)
        failures += 1
      }
    }
    waits.failed()
    stopListening()
  }

  return {
    run,
    ready: () => isCaughtUp,
    ageMs: () => pace.now() - caughtUpAt,
    onHeard: (listener) => void listeners.add(listener),
    horizon: () => memory.horizon(),
    reachesToMs: () => memory.reachesToMs(),
    postsOf: (author) => memory.postsOf(author),
    hasHeardOf: (post, author) => memory.hasHeardOf(post, author),
    posts: () => memory.posts(),
    heard: (tag) => memory.heard(tag),
    pulledSet: () => pulled.set,
    async waitFor(token) {
      if (!isCaughtUp || token.epoch !== memory.horizon().epoch) return false
      return hasToken(memory.horizon(), token) || waits.wait(token)
    },
  }
}
