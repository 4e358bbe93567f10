import { describe, expect, it } from 'vitest'
import type { PostId } from '../../../shared/ids.ts'
import { feedWorld, post, user, type FeedWorld } from './world/feed-world.ts'

const [ada, bob, cleo] = [user(1), user(2), user(3)]

/** Ada follows two people with twelve posts; her list holds the newest eight, her sessions up to `session`. */
async function warmWorld(sessionPostsMax = 6): Promise<FeedWorld> {
  const world = feedWorld({ listPostsMax: 8, sessionPostsMax })
  world.ledger.follow(ada, bob)
  world.ledger.follow(ada, cleo)
  for (let n = 1; n <= 12; n += 1) world.ledger.post(n % 3 === 0 ? cleo : bob, post(n), 'push')
  world.hear()
  await world.deliver()
  await world.warmer.timeline(ada)
  await world.page({ viewer: ada })
  await world.settled()
  world.calls.waves.length = 0
  world.calls.truth = 0
  return world
}

const ranked = (world: FeedWorld, limit: number, cursor?: string) =>
  world.page({ viewer: ada, mode: 'ranked', limit, ...(cursor === undefined ? {} : { cursor }) })

async function walk(world: FeedWorld, limit: number) {
  const pages = [await ranked(world, limit)]
  for (;;) {
    const cursor = pages.at(-1)?.nextCursor ?? null
    if (cursor === null) return pages
    pages.push(await ranked(world, limit, cursor))
  }
}

const sorted = (ids: readonly PostId[]) => ids.toSorted()

describe('a ranked walk', () => {
  it('takes three waves for its first page and two for the next, and no other call', async () => {
    const world = await warmWorld()
    const first = await ranked(world, 3)
    expect(world.calls).toMatchObject({ waves: { length: 3 }, truth: 0 })

    world.calls.waves.length = 0
    await ranked(world, 3, first.nextCursor ?? '')
    expect(world.calls).toMatchObject({ waves: { length: 2 }, truth: 0 })
  })

  it('takes one more wave without the viewer record', async () => {
    const world = await warmWorld()
    world.records.clear()
    await ranked(world, 3)

    expect(world.calls).toMatchObject({ waves: { length: 4 }, truth: 0 })
  })

  it('shows every post once, in the session and below its seam', async () => {
    for (const limit of [1, 2, 5, 7]) {
      const world = await warmWorld()
      const pages = await walk(world, limit)

      expect(sorted(pages.flatMap(({ ids }) => ids))).toEqual(sorted(world.ledger.visibleIds(ada)))
      expect(pages.every(({ completeness }) => completeness === 'complete')).toBe(true)
    }
  })

  it('states the interval and the horizon of its session on each of its pages', async () => {
    const world = await warmWorld()
    const [first, second, third] = await walk(world, 3)

    expect(first?.interval).toEqual({ newest: null, oldest: post(7) })
    expect(second?.interval).toEqual(first?.interval)
    expect(second?.asOf).toBe(first?.asOf)
    expect(third?.interval).toEqual({ newest: post(7), oldest: post(4) })
  })

  it('spreads authors, and removes nobody for it', async () => {
    const world = feedWorld({ listPostsMax: 8 })
    for (const author of [bob, cleo]) world.ledger.follow(ada, author)
    for (let n = 1; n <= 5; n += 1) world.ledger.post(n === 1 ? cleo : bob, post(n), 'push')
    world.hear()
    await world.deliver()

    expect((await ranked(world, 5)).ids).toEqual([5, 1, 4, 3, 2].map(post))
  })

  it('leaves what is published meanwhile to a refresh', async () => {
    const world = await warmWorld()
    const first = await ranked(world, 3)
    world.ledger.post(bob, post(13), 'push')
    world.hear()
    const second = await ranked(world, 3, first.nextCursor ?? '')

    expect(second.ids).not.toContain(post(13))
    expect((await ranked(world, 3)).ids).toContain(post(13))
  })

  it('checks deletions and relationships on each page', async () => {
    const world = await warmWorld()
    const first = await ranked(world, 2)
    world.ledger.mute(ada, cleo, true)
    world.ledger.remove(post(10))
    world.hear()
    const second = await ranked(world, 4, first.nextCursor ?? '')

    expect(sorted(second.ids)).toEqual(
      sorted([7, 8, 11].map(post).filter((id) => !first.ids.includes(id))),
    )
  })

  it('does not freeze while a source is lacking', async () => {
    const world = await warmWorld()
    world.loseRedis()
    world.down.budget = true
    const page = await ranked(world, 3)

    expect(page.completeness).toBe('partial')
    expect([...world.node.sessions.values()].flat()).toEqual([])
  })
})

describe('a session that is not there', () => {
  it('is latest, labelled, when it cannot be written', async () => {
    const world = await warmWorld()
    world.down.sessions = true
    const page = await ranked(world, 3)

    expect(page).toMatchObject({ completeness: 'degraded', missing: ['session'] })
    expect(page.ids).toEqual([12, 11, 10].map(post))
    world.down.sessions = false
    expect((await ranked(world, 3, page.nextCursor ?? '')).ids).toEqual([9, 8, 7].map(post))
  })

  it('is something to try again while Redis does not answer', async () => {
    const world = await warmWorld()
    const { nextCursor } = await ranked(world, 3)
    world.down.redis = true

    await expect(ranked(world, 3, nextCursor ?? '')).rejects.toMatchObject({
      code: 'FEED_SESSION_UNAVAILABLE',
    })
    world.down.redis = false
    expect((await ranked(world, 3, nextCursor ?? '')).ids).toHaveLength(3)
  })

  it('is gone when Redis knows nothing of it', async () => {
    const world = await warmWorld()
    const { nextCursor } = await ranked(world, 3)
    world.loseRedis()

    await expect(ranked(world, 3, nextCursor ?? '')).rejects.toMatchObject({
      code: 'FEED_SESSION_GONE',
    })
  })
})
