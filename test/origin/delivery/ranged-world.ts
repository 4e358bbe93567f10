import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type pg from 'pg'
import { postgresDeliveryRanges } from '../../../origin/adapters/postgres/delivery-ranges.ts'
import { deliverRanges } from '../../../origin/delivery/deliver-ranges.ts'
import type { DeliveryRange, RangeQueue } from '../../../origin/ports/delivery-ranges.ts'
import type { Truth } from '../../../origin/ports/truth.ts'
import { compareIds, type PostId, type UserId } from '../../../shared/ids.ts'
import { allBuckets, bucketOf, keys, logPartitionOf } from '../../../shared/keys.ts'
import { parseWatermark } from '../../../shared/watermark.ts'
import { until } from '../../support/until.ts'
import { storesWorld } from '../feed/stores-world.ts'

const FOLLOWERS = 20
/** So many followers are delivered to by the consumer, the others by jobs of three each. */
export const INLINE = 4
const IN_A_RANGE = 3
export const RANGES = Math.ceil((FOLLOWERS - INLINE) / IN_A_RANGE)
const PARTITION = 3
const SETTLED_MS_MAX = 20_000

export type QueueOf = (pool: pg.Pool) => Promise<RangeQueue>

/** What makes an author large, and how large a job is. Absent: as the product has it. */
export interface Sizes {
  readonly inlineFollowersMax?: number
  readonly rangeFollowersMax?: number
}

const SMALL: Sizes = { inlineFollowersMax: INLINE, rangeFollowersMax: IN_A_RANGE }

/** Delivery and reads on real stores, where an author is large with a few followers, unless told otherwise. */
export async function rangedWorld(
  queueOf: QueueOf,
  { rangeFollowersMax, ...inline }: Sizes = SMALL,
) {
  const world = await storesWorld({ listPostsMax: 100, sessionPostsMax: 10 })
  const queue = await queueOf(world.pool)
  const ranges = postgresDeliveryRanges(world.pool)
  const sent: DeliveryRange[] = []
  world.start({
    ...inline,
    ranging: {
      ranges,
      newDelivery: randomUUID,
      ...(rangeFollowersMax === undefined ? {} : { rangeFollowersMax }),
      queue: {
        async send(each) {
          sent.push(...each)
          await queue.send(each)
        },
      },
    },
  })

  const exceptionsOf = async (watermark: string): Promise<readonly PostId[]> => {
    const fields = await world.redis.hgetall(watermark)
    return (parseWatermark(fields)?.exceptions ?? []).map(({ post }) => post)
  }
  const holds = async (viewer: UserId, post: PostId) =>
    (await world.timelineOf(viewer))?.includes(post) === true

  return {
    ...world,
    ranges,
    sent,
    holds,
    someHold: async (viewers: readonly UserId[], post: PostId) =>
      (await Promise.all(viewers.map((viewer) => holds(viewer, post)))).includes(true),
    besideOf: (viewer: UserId) => exceptionsOf(keys.watermark(bucketOf(viewer))),

    /** A process that works on jobs, from now to the end of the test. `meanwhile` comes before a job is done. */
    aWorker(
      meanwhile: () => Promise<unknown> = async () => undefined,
      truth: Pick<Truth, 'followers'> = world.truth,
    ) {
      const stopping = new AbortController()
      const deps = {
        ranges: {
          isWanted: (range: DeliveryRange) => ranges.isWanted(range),
          async done(range: DeliveryRange) {
            await meanwhile()
            await ranges.done(range)
          },
        },
        queue,
        store: world.store,
        truth,
        onGivenUp: () => undefined,
      }
      const ended = deliverRanges(deps, stopping.signal)
      const stop = async () => {
        stopping.abort()
        await ended
      }
      onTestFinished(stop)
      return { stop }
    },

    /** A large author with readers whose timelines are warm, and somebody small of the same log partition. */
    async audience() {
      const everybody = (await world.people(FOLLOWERS + 60)).toSorted(compareIds)
      const [author, small] = everybody.filter((one) => logPartitionOf(one) === PARTITION)
      const followers = everybody
        .filter((one) => one !== author && one !== small)
        .slice(0, FOLLOWERS)
      const [first, last] = [followers[0], followers.at(-1)]
      if (!author || !small || !first || !last) throw new Error('nobody')
      await world.follows(author, followers)
      await world.follows(small, [first])
      await world.settled()
      for (const viewer of [author, small, ...followers]) await world.warm.timeline(viewer)
      return { author, small, followers, first, last, ranged: followers.slice(INLINE) }
    },

    /** Ticks go on, as the leader makes them, until nothing stands beside any watermark. */
    nothingBeside: () =>
      until(
        async () => {
          await world.settled()
          const found = await Promise.all(allBuckets.map(keys.watermark).map(exceptionsOf))
          return found.every((posts) => posts.length === 0)
        },
        SETTLED_MS_MAX,
        'the end of every large delivery',
      ),
  }
}

export type RangedWorld = Awaited<ReturnType<typeof rangedWorld>>
