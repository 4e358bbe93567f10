import { AppError } from '../../shared/errors.ts'
import { compareIds, type UserId } from '../../shared/ids.ts'
import { bucketOf, keys, type Bucket } from '../../shared/keys.ts'
import { DELIVERY_CHUNK_FOLLOWERS, EVENT_ATTEMPTS_MAX } from '../../shared/limits.ts'
import type { Watermark } from '../../shared/watermark.ts'
import { failureOf } from '../log/handle-event.ts'
import type { DeliveryRange, DeliveryRanges, RangeQueue } from '../ports/delivery-ranges.ts'
import type { DeliverySession, DeliveryStore } from '../ports/delivery-store.ts'
import type { Truth } from '../ports/truth.ts'

export interface DeliverRangesDeps {
  readonly ranges: Pick<DeliveryRanges, 'isWanted' | 'done'>
  readonly queue: Pick<RangeQueue, 'consume'>
  readonly store: DeliveryStore
  readonly truth: Pick<Truth, 'followers'>
  readonly onGivenUp: (range: DeliveryRange, error: unknown) => void
}

/**
 * Works on the jobs of large deliveries, until the signal. One that fails comes again; one that fails
 * again and again although no store is to blame is left, so that it does not hold up those behind it: its
 * posts stay beside the watermarks, where readers pull them.
 */
export async function deliverRanges(deps: DeliverRangesDeps, signal: AbortSignal): Promise<void> {
  const attempts = new Map<string, number>()
  await deps.queue.consume(async (range) => {
    const name = `${range.delivery}:${range.number}`
    try {
      await deliverRange(range, deps)
    } catch (error) {
      if (failureOf(error) === 'outage') throw error
      const tried = (attempts.get(name) ?? 0) + 1
      attempts.set(name, tried)
      if (tried < EVENT_ATTEMPTS_MAX) throw error
      deps.onGivenUp(range, error)
    }
    attempts.delete(name)
  }, signal)
}

/**
 * Pushes, and then asks over the same connection whether every bucket names this delivery: a node that
 * does not is another one than that to which its consumer claims, one that was cut off and goes on as if
 * nothing had happened, and what it takes will be lost. Only behind that answer the range is done.
 */
export async function deliverRange(
  range: DeliveryRange,
  { ranges, store, truth }: Omit<DeliverRangesDeps, 'queue' | 'onGivenUp'>,
): Promise<void> {
  if (!(await ranges.isWanted(range))) return
  await using session = await store.open()
  const buckets = await pushRange(range, session, truth)
  const watermarks = await session.watermarks()
  const strange = [...buckets].filter((bucket) => !names(watermarks.get(bucket), range))
  if (strange.length > 0) {
    const words = `${strange.length} buckets do not know delivery ${range.delivery}`
    throw new AppError('STORE_UNAVAILABLE', `delivery: ${words}`)
  }
  await ranges.done(range)
}

async function pushRange(
  { author, posts, upTo, ...range }: DeliveryRange,
  session: Pick<DeliverySession, 'push'>,
  truth: Pick<Truth, 'followers'>,
): Promise<ReadonlySet<Bucket>> {
  const buckets = new Set<Bucket>()
  let after: UserId | undefined = range.after
  while (after !== undefined) {
    const read: readonly UserId[] = await truth.followers(author, after, DELIVERY_CHUNK_FOLLOWERS)
    const own = read.filter((id) => upTo === undefined || compareIds(id, upTo) <= 0)
    const timelines = own.map(keys.timeline)
    await Promise.all(posts.map((post) => session.push(timelines, post)))
    for (const follower of own) buckets.add(bucketOf(follower))
    after = own.length === DELIVERY_CHUNK_FOLLOWERS ? own.at(-1) : undefined
  }
  return buckets
}

const names = (watermark: Watermark | undefined, { delivery, posts }: DeliveryRange): boolean => {
  const named = watermark?.exceptions.filter((each) => each.delivery === delivery) ?? []
  return posts.every((post) => named.some((each) => each.post === post))
}
