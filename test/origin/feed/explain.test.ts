import { describe, expect, it } from 'vitest'
import { explain } from '../../../origin/feed/explain.ts'
import { feedWorld, NOW_MS, post, user, type FeedWorld } from './world/feed-world.ts'

const [ada, bob, cleo] = [user(1), user(2), user(3)]

async function warmWorld(): Promise<FeedWorld> {
  const world = feedWorld({ listPostsMax: 8 })
  world.ledger.follow(ada, bob)
  for (let n = 1; n <= 12; n += 1) world.ledger.post(bob, post(n), 'push')
  world.ledger.post(cleo, post(20), 'push')
  world.ledger.post(ada, post(21), 'push')
  world.hear()
  await world.deliver()
  await world.warmer.timeline(ada)
  world.hear(0)
  return world
}

const explained = (world: FeedWorld, n: number) =>
  explain({
    ...world.shared,
    pipeline: world.pipeline,
    later: () => undefined,
    elapsedMs: () => 0,
    observer: { ran: () => undefined, dropped: () => undefined, failed: () => undefined },
  })(ada, post(n))

describe('explaining a page', () => {
  it('names the source and the terms of the score', async () => {
    const world = await warmWorld()
    const answer = await explained(world, 12)

    expect(answer).toMatchObject({
      isShown: true,
      because: 'the viewer follows the author',
      author: bob,
      layer: 'redis',
      completeness: 'complete',
    })
    expect(answer.sources).toContainEqual({ name: 'timeline', has: true, floor: post(5) })
    expect(answer.score.terms['recency']).toBeCloseTo(0.5 ** (1 / 6), 5)
    expect(answer.postedAt).toBe(new Date(NOW_MS - 3_600_000).toISOString())
  })

  it('finds in Postgres what lies below the lists', async () => {
    const world = await warmWorld()

    expect(await explained(world, 2)).toMatchObject({ isShown: true, layer: 'postgres' })
  })

  it.each([
    ['there is no such post', 30, () => undefined],
    ['the viewer does not follow the author', 20, () => undefined],
    ['the post is deleted', 12, ({ ledger }: FeedWorld) => ledger.remove(post(12))],
    ['the viewer mutes the author', 12, ({ ledger }: FeedWorld) => ledger.mute(ada, bob, true)],
    ['the viewer blocks the author', 12, ({ ledger }: FeedWorld) => ledger.block(ada, bob)],
    [
      'the viewer does not follow the author',
      12,
      ({ ledger }: FeedWorld) => ledger.block(bob, ada),
    ],
  ])('says that %s', async (because, n, happen) => {
    const world = await warmWorld()
    happen(world)
    world.hear()

    expect(await explained(world, n)).toMatchObject({ isShown: false, because })
  })

  it('says that the process has not come to the post', async () => {
    const world = await warmWorld()
    world.ledger.post(bob, post(30), 'push')
    await world.deliver()

    expect(await explained(world, 30)).toMatchObject({
      isShown: false,
      isFound: true,
      because: 'it is so new that this process has not heard of it',
    })
  })

  it('says whose own it is', async () => {
    const world = await warmWorld()

    expect(await explained(world, 21)).toMatchObject({
      isShown: true,
      because: 'it is the viewer’s own',
    })
  })
})
