import { AppError } from '../../shared/errors.ts'
import type { Tick } from '../../shared/events/tick.ts'
import { allBuckets, type Bucket } from '../../shared/keys.ts'
import { FILL_AGE_MS_MAX, TICK_EVERY_MS } from '../../shared/limits.ts'
import type { PartitionMark, Watermark } from '../../shared/watermark.ts'
import type { DeliverySession } from '../ports/delivery-store.ts'
import type { Generations } from '../ports/generations.ts'
import type { Outbox } from '../ports/outbox.ts'

export interface OpeningDeps {
  readonly outbox: Pick<Outbox, 'now' | 'read' | 'positionOfTick'>
  readonly generations: Generations
}

/**
 * What a partition's consumer finds in Redis: a watermark for each bucket. One that is missing, of another
 * epoch, from before an import, or older than the outbox reaches cannot be caught up with: its bucket begins
 * a new life, and all its lists are absent until somebody warms them.
 */
export async function findWatermarks(
  session: Pick<DeliverySession, 'watermarks' | 'begin'>,
  partition: number,
  { outbox, generations }: OpeningDeps,
): Promise<ReadonlyMap<Bucket, Watermark>> {
  const { position, tick } = await outbox.read(await outbox.now(), partition)
  const found = await session.watermarks()
  const living = { epoch: position.horizon.epoch, least: await generations.least() }
  const hopeless = await beyondReach(found, partition, living, outbox)
  if (hopeless.length === 0) return found
  if (tick === undefined) throw new AppError('STORE_UNAVAILABLE', 'delivery: no tick was made yet')

  await session.begin(hopeless, await generations.next(), await beginning(tick, outbox))
  // Another partition's consumer may have been first: what counts is what is there.
  const begun = await session.watermarks()
  if (hopeless.some((bucket) => begun.get(bucket)?.marks[partition] === undefined)) {
    throw new AppError('STORE_UNAVAILABLE', 'delivery: a watermark vanished as it was begun')
  }
  return begun
}

async function beyondReach(
  found: ReadonlyMap<Bucket, Watermark>,
  partition: number,
  living: { readonly epoch: number; readonly least: number },
  outbox: Pick<Outbox, 'positionOfTick'>,
): Promise<Bucket[]> {
  const tickOf = (bucket: Bucket): number | undefined => {
    const watermark = found.get(bucket)
    if (watermark === undefined) return undefined
    const [epoch, life] = watermark.generation.split('.').map(Number)
    const goesOn = epoch === living.epoch && life !== undefined && life >= living.least
    return goesOn ? watermark.marks[partition]?.tick : undefined
  }
  const ticks = new Set(allBuckets.flatMap((bucket) => tickOf(bucket) ?? []))
  let reach = Number.POSITIVE_INFINITY
  // Ascending: what the outbox reaches, it reaches with everything after it.
  for (const tick of [...ticks].toSorted((a, b) => a - b)) {
    if ((await outbox.positionOfTick(tick)) === undefined) continue
    reach = tick
    break
  }
  return allBuckets.filter((bucket) => (tickOf(bucket) ?? Number.NEGATIVE_INFINITY) < reach)
}

/**
 * A new life starts some ticks back: a reader may still put back what it read before the bucket was
 * emptied, and what is delivered again from there replaces it. No time is claimed, so readers see lag
 * until the first claim.
 */
async function beginning(
  tick: Tick,
  outbox: Pick<Outbox, 'positionOfTick'>,
): Promise<PartitionMark> {
  const earlier = tick.n - Math.ceil((2 * FILL_AGE_MS_MAX) / TICK_EVERY_MS)
  const position = await outbox.positionOfTick(earlier)
  return position === undefined
    ? { tick: tick.n, xmin: tick.horizon.xmin, atMs: 0 }
    : { tick: earlier, xmin: position.horizon.xmin, atMs: 0 }
}
