import { AppError } from '../../shared/errors.ts'
import type { Tick } from '../../shared/events/tick.ts'
import type { Bucket } from '../../shared/keys.ts'
import type { Generation } from '../../shared/list.ts'
import type { DeliveryException, PartitionMark, Watermark } from '../../shared/watermark.ts'
import type { DeliverySession } from '../ports/delivery-store.ts'

/** What one partition claims of every bucket, as it was found or written last. */
export interface Claims {
  /** Where delivery has to begin, so that every bucket gets what it lacks. */
  lowestTick(): number
  /**
   * Throws when a compare fails: the node lost writes, and what it lost has to be delivered again. Throws
   * too when the database has another epoch than the lives that were found. False: that tick was claimed
   * already, and nothing was written.
   */
  advance(
    session: Pick<DeliverySession, 'claim'>,
    tick: Tick,
    exceptions: readonly DeliveryException[],
  ): Promise<boolean>
}

export function claimsOf(found: ReadonlyMap<Bucket, Watermark>, partition: number): Claims {
  const held = new Map<Bucket, { readonly generation: Generation; mark: PartitionMark }>()
  for (const [bucket, { generation, marks }] of found) {
    const mark = marks[partition]
    if (mark === undefined) throw new TypeError(`bucket ${bucket} without a mark`)
    held.set(bucket, { generation, mark })
  }
  let claimedTick: number | undefined
  return {
    lowestTick: () => Math.min(...[...held.values()].map(({ mark }) => mark.tick)),

    async advance(session, tick, exceptions) {
      // Batches come more often than ticks.
      if (tick.n === claimedTick) return false
      const { epoch } = tick.horizon
      if ([...held.values()].some(({ generation }) => !generation.startsWith(`${epoch}.`))) {
        // Nobody believes a life of before a restore; only its next consumer can end it.
        throw new AppError('STORE_UNAVAILABLE', `delivery: epoch ${epoch} has begun`)
      }
      const reached = { tick: tick.n, xmin: tick.horizon.xmin, atMs: tick.atMs }
      const claims = [...held].map(([bucket, { generation, mark: expected }]) => ({
        bucket,
        partition,
        generation,
        expected,
        // A bucket that was ahead of those rolled back keeps its claim, and compares it all the same.
        mark: tick.n > expected.tick ? reached : expected,
        exceptions,
      }))
      const refused = await session.claim(claims)
      if (refused.length > 0) {
        throw new AppError('STORE_UNAVAILABLE', `delivery: ${refused.length} buckets lost writes`)
      }
      claimedTick = tick.n
      for (const { bucket, generation, mark } of claims) held.set(bucket, { generation, mark })
      return true
    },
  }
}
