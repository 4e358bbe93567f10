import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { redisDeliveryStore } from '../../../origin/adapters/redis/delivery-store.ts'
import { deliverRange } from '../../../origin/delivery/deliver-ranges.ts'
import { verifyTimeline } from '../../../origin/delivery/verify-timeline.ts'
import { AppError } from '../../../shared/errors.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { DELIVERY_RANGED_POSTS_MAX } from '../../../shared/limits.ts'
import { freshRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { INLINE, RANGES, rangedWorld, type QueueOf, type RangedWorld } from './ranged-world.ts'

const MADE_ANEW_MS_MAX = 20_000
const PUSHED_MS_MAX = 15_000

/** Large deliveries, with whatever brings their jobs to those who work on them. */
export function rangedDeliveriesSuite(queueOf: QueueOf): void {
  let world: RangedWorld

  beforeEach(async () => {
    world = await rangedWorld(queueOf)
  })
  afterEach(() => world[Symbol.asyncDispose]())

  describe('a large delivery', () => {
    it('delays nobody: a small author’s post is delivered and claimed while it has not ended', async () => {
      const { author, small, followers, first, ranged, last } = await world.audience()
      const large = await world.post(author)
      const other = await world.post(small)
      await world.settled()

      expect(await world.holds(first, other)).toBe(true)
      expect(await world.holds(followers[INLINE - 1] as UserId, large)).toBe(true)
      for (const viewer of ranged) expect(await world.holds(viewer, large)).toBe(false)
      expect(await world.besideOf(last)).toEqual([large])
      await until(() => world.sent.length === RANGES)
      const verify = verifyTimeline({ ...world, now: () => Date.now() + 60_000 })
      expect(await verify(last)).toMatchObject({
        isRight: true,
        missing: [{ post: large, why: 'pulled-alone' }],
      })

      world.aWorker()
      await world.nothingBeside()
      for (const viewer of followers) expect(await world.holds(viewer, large)).toBe(true)
    })

    it('is on every page from its commit to its end', async () => {
      const { author, followers, ranged, last } = await world.audience()
      const gate = Promise.withResolvers<void>()
      onTestFinished(() => gate.resolve())
      world.aWorker(() => gate.promise)
      const large = await world.post(author)
      await world.settled()
      const pages = async () =>
        Promise.all(followers.map((viewer) => world.page({ viewer, mode: 'latest' })))
      for (const page of await pages()) {
        expect(page).toMatchObject({ ids: [large], completeness: 'complete' })
      }
      await until(() => world.someHold(ranged, large), PUSHED_MS_MAX)
      await world.settled()
      expect(await world.besideOf(last)).toEqual([large])

      gate.resolve()
      await world.nothingBeside()
      for (const page of await pages()) {
        expect(page).toMatchObject({ ids: [large], completeness: 'complete' })
      }
    })

    it('goes on with others when who works on it is gone in the middle of a job', async () => {
      const { author, followers, ranged } = await world.audience()
      const stuck = Promise.withResolvers<never>()
      stuck.promise.catch(() => undefined)
      const dying = world.aWorker(() => stuck.promise)
      const large = await world.post(author)
      await world.settled()
      await until(() => world.someHold(ranged, large), PUSHED_MS_MAX)
      stuck.reject(new AppError('STORE_UNAVAILABLE', 'killed'))
      await dying.stop()

      world.aWorker()
      await world.nothingBeside()
      for (const viewer of followers) expect(await world.holds(viewer, large)).toBe(true)
    })

    it('begins anew when its consumer does', async () => {
      const { author, followers, last } = await world.audience()
      const large = await world.post(author)
      await world.settled()
      const first = new Set(world.sent.map(({ delivery }) => delivery))
      await world.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await until(async () => {
        await world.tick()
        return world.sent.some(({ delivery }) => !first.has(delivery))
      }, MADE_ANEW_MS_MAX)
      expect(await world.besideOf(last)).toEqual([large])

      world.aWorker()
      await world.nothingBeside()
      for (const viewer of followers) expect(await world.holds(viewer, large)).toBe(true)
    })

    it('is made again where a node lost what jobs had pushed', async () => {
      const { author, followers } = await world.audience()
      await world.redis.save()
      world.aWorker()
      const large = await world.post(author)
      await world.settled()
      await world.nothingBeside()
      await world.server.kill()
      await world.server.start()
      await world.settled()
      await world.nothingBeside()

      for (const viewer of followers) expect(await world.holds(viewer, large)).toBe(true)
    })

    it('is not done by a push to a node that its consumer does not write to', async () => {
      const { author } = await world.audience()
      await using elsewhere = await freshRedis()
      const store = redisDeliveryStore({ url: elsewhere.url, postsMax: () => 100 })
      await world.post(author)
      await world.settled()
      const range = await until(() => world.sent[0])
      const { ranges } = world

      await expect(deliverRange(range, { ranges, store, truth: world.truth })).rejects.toThrow(
        /do not know delivery/,
      )
      expect(await ranges.isWanted(range)).toBe(true)
      await deliverRange(range, { ranges, store: world.store, truth: world.truth })
      expect(await ranges.isWanted(range)).toBe(false)
    })

    it('is made where it was read when too many are under way', async () => {
      const { author, last } = await world.audience()
      const posts: PostId[] = []
      for (let at = 0; at < DELIVERY_RANGED_POSTS_MAX + 2; at += 1) {
        posts.push(await world.post(author))
        await world.settled()
      }
      expect(await world.besideOf(last)).toEqual(posts.slice(0, DELIVERY_RANGED_POSTS_MAX))
      expect(await world.timelineOf(last)).toEqual(
        posts.slice(DELIVERY_RANGED_POSTS_MAX).toReversed(),
      )
      world.aWorker()
      await world.nothingBeside()
      expect(await world.timelineOf(last)).toEqual(posts.toReversed())
    })

    it('loses no post for those who follow or unfollow meanwhile', async () => {
      const { author, small, ranged } = await world.audience()
      const large = await world.post(author)
      await world.settled()
      await world.commands.follow({ user: small }, author)
      const [leaver = expect.unreachable(), ...others] = ranged
      const { token } = await world.commands.unfollow({ user: leaver }, author)
      world.aWorker()
      await world.nothingBeside()

      for (const viewer of [small, ...others]) {
        const page = await world.page({ viewer, mode: 'latest', token })
        expect(page).toMatchObject({ ids: [large], completeness: 'complete' })
      }
      expect((await world.page({ viewer: leaver, mode: 'latest', token })).ids).toEqual([])
    })
  })
}
