import type { LogEvent } from '../../shared/events/event.ts'
import type { Tick } from '../../shared/events/tick.ts'
import { readableEvents } from '../log/readable-events.ts'
import type { DeadLetters } from '../ports/dead-letters.ts'
import type { DeliverySession, DeliveryStore } from '../ports/delivery-store.ts'
import type { EventLog, LogBatch, PartitionConsumer } from '../ports/event-log.ts'
import type { Truth } from '../ports/truth.ts'
import type { Waves } from '../ports/waves.ts'
import { background, type Background } from './background.ts'
import { claimsOf, type Claims } from './claims.ts'
import { deliverEvents } from './deliver-events.ts'
import { exceptionsOf, type Exceptions } from './exceptions.ts'
import { DELIVERY_GROUP } from './give-up.ts'
import { findWatermarks, type OpeningDeps } from './opening.ts'
import { rangedDeliveries, type RangedDeliveries, type RangingDeps } from './ranged-deliveries.ts'
import { recentRenames, type RecentRenames } from './recent-renames.ts'
import { rewriteAuthor } from './rewrite-author.ts'

export interface DeliveryObserver {
  /** Events that reached every list and fragment, with the newest tick that came with them. */
  readonly delivered: (
    partition: number,
    events: readonly LogEvent[],
    tick: Tick | undefined,
  ) => void
  readonly gaveUp: (event: LogEvent, error: unknown) => void
}

export interface DeliverDeps extends OpeningDeps {
  readonly store: DeliveryStore
  readonly truth: Pick<Truth, 'posts' | 'users' | 'viewerRecords' | 'followers' | 'authorPage'>
  readonly waves: Waves
  /** Where large deliveries go; without it a partition's consumer makes them by itself. */
  readonly ranging?: RangingDeps
  readonly inlineFollowersMax?: number
  readonly deadLetters: Pick<DeadLetters, 'bury' | 'list'>
  readonly observer: DeliveryObserver
}

/** Takes events from the log to lists, fragments and viewer records, until the signal. */
export const deliver = (log: EventLog, deps: DeliverDeps, signal: AbortSignal): Promise<void> =>
  log.consume(DELIVERY_GROUP, deliveryConsumers(deps), signal)

/** What a consumer has between `open` and `close`: one connection, and what it claims over it. */
interface Life {
  readonly session: DeliverySession
  readonly claims: Claims
  readonly exceptions: Exceptions
  readonly ranged: RangedDeliveries
  readonly rewrites: Background
  /** The newest that came; before the first, where this life began. */
  tick: number
}

/**
 * Read this to know what delivery is. Everything may be repeated: whatever goes wrong ends the life of
 * the consumer, and the next one begins at the lowest watermark that it finds.
 */
export function deliveryConsumers(deps: DeliverDeps): (partition: number) => PartitionConsumer {
  const attempts = new Map<string, number>()
  const renames = new Map<number, RecentRenames>()

  return (partition) => {
    const renamed = renames.get(partition) ?? recentRenames()
    renames.set(partition, renamed)
    let life: Life | undefined

    async function open() {
      const session = await deps.store.open()
      const rewrites = background()
      try {
        const found = await findWatermarks(session, partition, deps)
        const claims = claimsOf(found, partition)
        const ranged = await rangedDeliveries(partition, deps.ranging)
        const exceptions = exceptionsOf(found, partition)
        const fromTick = claims.lowestTick()
        life = { session, claims, rewrites, ranged, exceptions, tick: fromTick }
        for (const author of renamed.before(fromTick)) {
          rewrites.start((signal) => rewriteAuthor(author, { ...deps, session }, signal))
        }
        return { fromTick }
      } catch (error) {
        await session[Symbol.asyncDispose]()
        throw error
      }
    }

    async function handle({ events, tick, commit }: LogBatch) {
      if (life === undefined) throw new TypeError('a batch before open')
      const { session, claims, exceptions, ranged, rewrites } = life
      const shared = { ...deps, session, attempts, onGivenUp: deps.observer.gaveUp }

      const rangedMax = ranged.room()
      const outcome = await deliverEvents(partition, events, { ...shared, rangedMax })
      exceptions.add(outcome.exceptions)
      ranged.take(outcome.left)
      life.tick = tick?.n ?? life.tick
      renamed.note(outcome.renamed, life.tick)
      for (const author of outcome.renamed) {
        rewrites.start((signal) => rewriteAuthor(author, shared, signal))
      }
      if (tick !== undefined) {
        await exceptions.settle(tick, { ...shared, ranged })
        await ranged.settle()
        const beside = ranged.beside(exceptions.all())
        // Jobs begin when every bucket says that they do: that is how they know where they write.
        if (await claims.advance(session, tick, beside)) await ranged.begin()
      }
      deps.observer.delivered(partition, readableEvents(events), tick)
      // A later batch commits for this one when its rewrites are done.
      if (rewrites.isDone()) await commit()
    }

    async function close() {
      const ended = life
      life = undefined
      await ended?.session[Symbol.asyncDispose]()
      await ended?.rewrites.stop()
    }

    return { open, handle, close }
  }
}
