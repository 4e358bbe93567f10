import { AppError } from '../../shared/errors.ts'
import type { PostId } from '../../shared/ids.ts'
import { DELIVERY_RANGE_FOLLOWERS, DELIVERY_RANGED_POSTS_MAX } from '../../shared/limits.ts'
import type { DeliveryException } from '../../shared/watermark.ts'
import type { DeliveryRanges, LargeDelivery, RangeQueue } from '../ports/delivery-ranges.ts'
import type { Remainder } from './push-posts.ts'

export interface RangingDeps {
  readonly ranges: Pick<DeliveryRanges, 'begin' | 'left' | 'forget' | 'clear'>
  readonly queue: Pick<RangeQueue, 'send'>
  readonly newDelivery: () => string
  readonly rangeFollowersMax?: number
}

/**
 * The large deliveries that one consumer has left to jobs. Their posts stand beside its watermarks until
 * every range is done, under the name of this attempt. Another life of the consumer knows none of these:
 * it makes the posts that it finds there anew, since a node that lost what a job had pushed ends the life
 * of the consumer that claims there, and nothing else.
 */
export interface RangedDeliveries {
  has(post: PostId): boolean
  /** Posts that may be taken. */
  room(): number
  take(left: readonly Remainder[]): void
  /** Together with what stands there for other reasons. */
  beside(exceptions: readonly DeliveryException[]): readonly DeliveryException[]
  /** Sends what was taken to whoever works on it. Call when all buckets name it. */
  begin(): Promise<void>
  /** Lets go what is done. */
  settle(): Promise<void>
}

export async function rangedDeliveries(
  partition: number,
  ranging: RangingDeps | undefined,
): Promise<RangedDeliveries> {
  const taken = new Map<string, LargeDelivery>()
  const begun = new Set<string>()
  const posts = () => [...taken.values()].flatMap((each) => each.posts)
  await ranging?.ranges.clear(partition)

  return {
    has: (post) => posts().includes(post),
    room: () =>
      ranging === undefined ? 0 : Math.max(0, DELIVERY_RANGED_POSTS_MAX - posts().length),

    take(left) {
      if (ranging === undefined) return
      for (const each of left) {
        // A log repeats itself: what is under way stays so.
        const known = posts()
        const fresh = each.posts.filter((post) => !known.includes(post))
        if (fresh.length === 0) continue
        const delivery = ranging.newDelivery()
        taken.set(delivery, { ...each, delivery, partition, posts: fresh })
      }
    },

    beside(exceptions) {
      const own = [...taken.values()].flatMap((each) =>
        each.posts.map((post) => ({ author: each.author, post, delivery: each.delivery })),
      )
      const named = new Set(own.map(({ post }) => post))
      return [...exceptions.filter(({ post }) => !named.has(post)), ...own]
    },

    async begin() {
      if (ranging === undefined) return
      const { ranges, queue, rangeFollowersMax = DELIVERY_RANGE_FOLLOWERS } = ranging
      for (const each of [...taken.values()].filter(({ delivery }) => !begun.has(delivery))) {
        const cut = await ranges.begin(each, rangeFollowersMax)
        begun.add(each.delivery)
        if (cut.length === 0) forget(each.delivery)
        else await queue.send(cut)
      }
    },

    async settle() {
      if (ranging === undefined || begun.size === 0) return
      const left = await ranging.ranges.left([...begun])
      const done = [...begun].filter((delivery) => left.get(delivery) === 0)
      // Somebody who took himself for this partition's consumer has cleared them.
      if (left.size < begun.size) throw new AppError('STORE_UNAVAILABLE', 'delivery: jobs vanished')
      if (done.length === 0) return
      await ranging.ranges.forget(done)
      done.forEach(forget)
    },
  }

  function forget(delivery: string): void {
    taken.delete(delivery)
    begun.delete(delivery)
  }
}
