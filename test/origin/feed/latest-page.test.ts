import { describe, expect, it } from 'vitest'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { feedWorld, post, user, type FeedWorld } from './world/feed-world.ts'

const [ada, bob, cleo] = [user(1), user(2), user(3)]

/** Ada follows bob (pushed) and cleo (pulled); everything is warm and delivered. */
async function warmWorld(options?: Parameters<typeof feedWorld>[0]): Promise<FeedWorld> {
  const world = feedWorld(options)
  world.ledger.follow(ada, bob)
  world.ledger.follow(ada, cleo)
  for (let n = 1; n <= 6; n += 1) {
    world.ledger.post(n % 2 === 0 ? bob : cleo, post(n), n % 2 === 0 ? 'push' : 'pull')
  }
  world.hear()
  await world.deliver()
  await world.warmer.timeline(ada)
  await world.warmer.authorList(cleo)
  await world.page({ viewer: ada })
  await world.settled()
  world.calls.waves.length = 0
  world.calls.truth = 0
  return world
}

async function walk(world: FeedWorld, viewer: UserId, limit: number): Promise<PostId[]> {
  const ids: PostId[] = []
  let cursor: string | undefined
  do {
    const page = await world.page({ viewer, limit, ...(cursor === undefined ? {} : { cursor }) })
    ids.push(...page.ids)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return ids
}

describe('a latest page', () => {
  it('takes two waves with the viewer record at hand, and no other call', async () => {
    const world = await warmWorld()
    const page = await world.page({ viewer: ada })

    expect(page.ids).toEqual([6, 5, 4, 3, 2].map(post))
    expect(page.completeness).toBe('complete')
    expect(world.calls).toMatchObject({ waves: { length: 2 }, truth: 0 })
  })

  it('takes three waves without the viewer record', async () => {
    const world = await warmWorld()
    world.records.clear()
    const page = await world.page({ viewer: ada })

    expect(page.completeness).toBe('complete')
    expect(world.calls).toMatchObject({ waves: { length: 3 }, truth: 0 })
  })

  it('walks across the seam to the end of time', async () => {
    const world = await warmWorld({ listPostsMax: 3 })
    for (let n = 7; n <= 30; n += 1) world.ledger.post(bob, post(n), 'push')
    world.hear()
    await world.deliver()

    expect(await walk(world, ada, 4)).toEqual(world.ledger.visibleIds(ada))
  })

  it('holds what delivery has not done yet', async () => {
    const world = await warmWorld()
    world.ledger.post(bob, post(7), 'push')
    world.ledger.post(cleo, post(8), 'pull')
    world.hear()

    expect((await world.page({ viewer: ada, limit: 2 })).ids).toEqual([post(8), post(7)])
  })

  it('does not believe a list under a watermark that the tail does not reach back to', async () => {
    const world = await warmWorld()
    world.ledger.post(bob, post(7), 'push')
    world.ledger.post(ada, post(8), 'push')
    world.ledger.remove(post(6))
    world.hear(0)
    const page = await world.page({ viewer: ada, limit: 3 })

    expect(page.ids).toEqual([post(8), post(7), post(5)])
    expect(page.completeness).toBe('complete')
  })

  it('shows posts of a new followee at their true places, and none after an unfollow', async () => {
    const world = await warmWorld()
    const dora = user(4)
    world.ledger.post(dora, post(0), 'push')
    world.hear()
    await world.deliver()
    world.ledger.follow(ada, dora)
    world.hear()
    expect(await walk(world, ada, 2)).toContain(post(0))

    await world.settled()
    world.ledger.unfollow(ada, bob)
    world.hear()
    expect(await walk(world, ada, 2)).toEqual([5, 3, 1, 0].map(post))
  })

  it('drops muted authors, people who block and deleted posts from that moment', async () => {
    const world = await warmWorld()
    world.ledger.mute(ada, cleo, true)
    world.ledger.remove(post(4))
    world.hear()
    expect(await walk(world, ada, 3)).toEqual([post(6), post(2)])

    world.ledger.block(bob, ada)
    world.hear()
    expect(await walk(world, ada, 3)).toEqual([])
  })

  it('is of one moment: a mute and a later post, both while it was made', async () => {
    const world = await warmWorld()
    world.ledger.post(bob, post(7), 'push')
    await world.deliver()
    const quiet = () => Promise.resolve()
    world.beforeWaves.push(quiet, async () => {
      world.ledger.mute(ada, bob, true)
      world.hear()
      await world.deliver()
    })
    const page = await world.page({ viewer: ada, limit: 4 })

    expect(page.ids).toEqual([post(5)])
    // Lists, texts; the record again, and with it the texts.
    expect(world.calls).toMatchObject({ waves: { length: 4 }, truth: 0 })
  })

  it('shows nobody when it cannot find out whom its reader follows by now', async () => {
    const world = await warmWorld()
    world.ledger.post(ada, post(7), 'push')
    world.hear()
    await world.deliver()
    const quiet = () => Promise.resolve()
    world.beforeWaves.push(quiet, async () => {
      world.ledger.mute(ada, bob, true)
      world.hear()
      world.down.budget = true
    })
    const page = await world.page({ viewer: ada, limit: 4 })

    expect(page).toMatchObject({ completeness: 'partial', missing: ['viewer-record'] })
    expect(page.ids).toEqual([post(7)])
  })

  it('leaves to the next page what others posted and it has not heard of', async () => {
    const world = await warmWorld()
    world.ledger.mute(ada, bob, true)
    world.ledger.post(bob, post(7), 'push')
    world.ledger.post(cleo, post(8), 'pull')
    world.ledger.post(ada, post(9), 'push')
    await world.deliver()
    expect((await world.page({ viewer: ada, limit: 4 })).ids).toEqual([9, 6].map(post))

    world.hear()
    expect((await world.page({ viewer: ada, limit: 4 })).ids).toEqual([9, 8].map(post))
  })

  it('says why a post is there', async () => {
    const world = await warmWorld()
    world.ledger.post(ada, post(7), 'push')
    world.hear()
    const { items } = await world.page({ viewer: ada, limit: 2 })

    expect(items.map(({ reason }) => reason)).toEqual(['own', 'follow'])
  })

  it('answers for a viewer whose record is beyond its bounds', async () => {
    const world = await warmWorld()
    world.large.add(ada)
    world.ledger.mute(ada, cleo, true)
    world.hear()
    await world.deliver()
    const page = await world.page({ viewer: ada })

    expect(page.completeness).toBe('complete')
    expect(page.ids).toEqual([6, 4, 2].map(post))
  })
})

describe('a latest page while something is away', () => {
  it('comes from Postgres without Redis, whole and labelled', async () => {
    const world = await warmWorld()
    world.down.redis = true
    const page = await world.page({ viewer: ada })

    expect(page).toMatchObject({ completeness: 'degraded', missing: ['redis'] })
    expect(page.ids).toEqual([6, 5, 4, 3, 2].map(post))
    expect(world.calls.waves).toHaveLength(1)
  })

  it('goes on warm without Postgres, and is labelled', async () => {
    const world = await warmWorld()
    world.down.postgres = true
    const page = await world.page({ viewer: ada })

    expect(page).toMatchObject({ completeness: 'degraded', missing: ['postgres'] })
    expect(page.ids).toEqual([6, 5, 4, 3, 2].map(post))
  })

  it('says that a token is missing when Postgres cannot vouch for it', async () => {
    const world = await warmWorld()
    world.ledger.post(bob, post(7), 'push')
    const token = { epoch: 1, xid: world.ledger.horizon().xmin - 1 }
    world.down.postgres = true
    const page = await world.page({ viewer: ada, token })

    expect(page.completeness).toBe('degraded')
    expect(page.missing).toContain('token')
  })

  it('refuses a cold read without Postgres, as something to try again', async () => {
    const world = await warmWorld()
    world.loseRedis()
    world.down.postgres = true

    await expect(world.page({ viewer: ada })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('is partial, never an error, when a cold read finds no room', async () => {
    const world = await warmWorld()
    world.loseRedis()
    world.down.budget = true
    const page = await world.page({ viewer: ada })

    expect(page.completeness).toBe('partial')
    expect(page.missing).toContain('timeline')
    expect(page.nextCursor).not.toBeNull()
  })

  it('shows nothing when it is unknown whom the viewer follows', async () => {
    const world = await warmWorld()
    world.loseRedis()
    world.records.clear()
    world.down.budget = true
    const page = await world.page({ viewer: ada })

    expect(page).toMatchObject({ ids: [], completeness: 'partial', missing: ['viewer-record'] })
    expect(page.nextCursor).not.toBeNull()
  })

  it('warms what it missed, so that the next page is warm', async () => {
    const world = await warmWorld()
    world.loseRedis()
    await world.page({ viewer: ada })
    await world.settled()
    world.calls.truth = 0
    const page = await world.page({ viewer: ada })

    expect(page.ids).toEqual([6, 5, 4, 3, 2].map(post))
    expect(world.calls.truth).toBe(0)
  })
})

describe('a token', () => {
  it('is waited for, so that the reader sees what it wrote', async () => {
    const world = await warmWorld()
    world.ledger.post(ada, post(7), 'push')
    const token = { epoch: 1, xid: world.ledger.horizon().xmin - 1 }

    expect((await world.page({ viewer: ada, limit: 1 })).ids).toEqual([post(6)])
    expect((await world.page({ viewer: ada, limit: 1, token })).ids).toEqual([post(7)])
  })

  it('of another epoch is answered by Postgres', async () => {
    const world = await warmWorld()
    world.ledger.post(bob, post(7), 'push')
    const page = await world.page({ viewer: ada, limit: 1, token: { epoch: 2, xid: 5 } })

    expect(page).toMatchObject({ ids: [post(7)], completeness: 'complete' })
    expect(page.asOf).toBe(`1:${world.ledger.horizon().xmin}:${world.ledger.horizon().xmax}:`)
  })
})
