import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rebuildTimeline } from '../../../origin/delivery/rebuild-timeline.ts'
import { verifyTimeline } from '../../../origin/delivery/verify-timeline.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { keys } from '../../../shared/keys.ts'
import { deliveryWorld } from './delivery-world.ts'

let world: Awaited<ReturnType<typeof deliveryWorld>>
let [viewer, friend, famous, fresh] = [] as UserId[] as [UserId, UserId, UserId, UserId]

beforeEach(async () => {
  world = await deliveryWorld()
  world.start()
  ;[viewer, friend, famous, fresh] = (await world.people(4)) as [UserId, UserId, UserId, UserId]
  await world.follows(friend, [viewer])
  await world.follows(famous, [viewer])
  await world.settled()
})
afterEach(() => world[Symbol.asyncDispose]())

const report = (laterMs = 60_000, of = viewer) =>
  verifyTimeline({ ...world, now: () => Date.now() + laterMs })(of)
const rebuild = (of = viewer) =>
  rebuildTimeline({ lists: world.lists, truth: world.truth, warmer: world.warm })(of)

it('refuses to look at or to make a timeline of nobody', async () => {
  const nobody = '3364954366084252314' as UserId

  await expect(report(0, nobody)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
  await expect(rebuild(nobody)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
  expect(await world.lists.read(keys.timeline(nobody))).toBeUndefined()
})

describe('verifying a timeline', () => {
  it('says that there is none', async () => {
    expect(await report()).toMatchObject({ state: 'absent', isRight: true })
  })

  it('finds nothing wrong with one that is right', async () => {
    const first = await world.post(friend)
    await world.warm.timeline(viewer)
    await world.post(friend)
    await world.settled()

    expect(await report()).toMatchObject({
      state: 'whole',
      isRight: true,
      posts: 2,
      missing: [],
      extra: [],
    })
    expect(await world.timelineOf(viewer)).toContain(first)
  })

  it('explains what readers see all the same, or no longer', async () => {
    const [deleted, unfollowed] = [await world.post(friend), await world.post(famous)]
    await world.warm.timeline(viewer)
    await world.commands.deletePost({ user: friend }, deleted)
    await world.commands.unfollow({ user: viewer }, famous)
    await world.commands.follow({ user: viewer }, fresh)
    const earlier = await world.pool.query<{ id: PostId }>(
      `insert into posts (shard, id, author_id, text, delivery, created_at)
       select shard_of(id), id, $1, 'old', 'push', now()
       from (select mint_id(shard_of($1)::int) as id) minted returning id`,
      [fresh],
    )
    await world.pool.query(
      `insert into settings (key, value) values ('delivery.strategy', '"pull"')`,
    )
    const pulled = await world.post(friend)
    await world.settled()
    const { isRight, missing, extra } = await report()

    expect(isRight).toBe(true)
    expect(missing).toEqual([
      { post: pulled, why: 'pulled' },
      { post: earlier.rows[0]?.id, why: 'followed-since' },
    ])
    expect(extra).toEqual([
      { post: unfollowed, why: 'unfollowed' },
      { post: deleted, why: 'deleted' },
    ])
  })

  it('finds a post that was lost and one that never was', async () => {
    await world.warm.timeline(viewer)
    const lost = await world.post(friend)
    await world.settled()
    await world.redis.lrem(keys.timeline(viewer), 0, lost)
    await world.lists.push([keys.timeline(viewer)], '7000000000000000000' as PostId)

    expect(await report()).toMatchObject({
      isRight: false,
      missing: [{ post: lost, why: 'lost' }],
      extra: [{ post: '7000000000000000000', why: 'unknown' }],
    })
    expect((await report(0)).missing).toEqual([{ post: lost, why: 'on-its-way' }])

    expect(await rebuild()).toEqual({ warming: 'warmed', posts: 1 })
    expect(await report()).toMatchObject({ isRight: true, missing: [], extra: [] })
  })
})
