import { describe, expect, it } from 'vitest'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { COUNTS_LIFE_MS, VIEWER_RECORD_AGE_MS_MAX } from '../../../shared/limits.ts'
import { readPost } from '../../../origin/read/read-post.ts'
import { readUserPosts } from '../../../origin/read/read-user-posts.ts'
import { readUser, readUsers } from '../../../origin/read/read-users.ts'
import { feedWorld, post, user, type FeedWorld } from '../feed/world/feed-world.ts'

const [ada, bob, cleo] = [user(1), user(2), user(3)]
const anyone = { viewer: undefined, token: undefined }
const asAda = { viewer: ada, token: undefined }

async function warmWorld(): Promise<FeedWorld> {
  const world = feedWorld()
  world.ledger.follow(ada, bob)
  for (let n = 1; n <= 20; n += 1) world.ledger.post(bob, post(n), 'push')
  world.hear()
  await world.deliver()
  await world.warmer.authorList(bob)
  return world
}

const depsOf = (world: FeedWorld) => ({
  ...world.shared,
  warmer: world.warmer,
  later: world.later,
})
const parse = ({ body }: { readonly body: Uint8Array }): unknown =>
  JSON.parse(new TextDecoder().decode(body))
const idsOf = (answer: { readonly body: Uint8Array }): PostId[] =>
  (parse(answer) as { items: { id: PostId }[] }).items.map(({ id }) => id)

describe('reading a post', () => {
  it('takes one wave for a stranger, and no other call', async () => {
    const world = await warmWorld()
    world.calls.truth = 0
    const answer = await readPost(depsOf(world))({ ...anyone, post: post(3) })

    expect(parse(answer)).toMatchObject({ id: post(3), author: { id: bob } })
    expect(answer.etag).toBe('W/"p1.1"')
    expect(world.calls).toMatchObject({ waves: { length: 1 }, truth: 0 })
  })

  it('is refused to both sides of a block, whoever made it', async () => {
    for (const block of ['ada', 'bob'] as const) {
      const world = await warmWorld()
      world.ledger.post(ada, post(21), 'push')
      if (block === 'ada') world.ledger.block(ada, bob)
      else world.ledger.block(bob, ada)
      world.hear()

      const read = readPost(depsOf(world))
      const refusal = { code: 'POST_NOT_FOUND' }
      await expect(read({ ...asAda, post: post(3) })).rejects.toMatchObject(refusal)
      await expect(read({ ...anyone, viewer: bob, post: post(21) })).rejects.toMatchObject(refusal)
      expect(parse(await read({ ...anyone, post: post(3) }))).toMatchObject({ id: post(3) })
    }
  })

  it('asks Postgres for the relationship when it has not even heard of the post', async () => {
    const world = await warmWorld()
    const read = readPost(depsOf(world))
    await read({ ...asAda, post: post(3) })
    world.ledger.block(ada, bob)
    world.ledger.post(bob, post(21), 'push')
    await world.deliver()
    world.calls.truth = 0

    await expect(read({ ...asAda, post: post(21) })).rejects.toMatchObject({
      code: 'POST_NOT_FOUND',
    })
    expect(world.calls.truth).toBe(1)
    expect(parse(await read({ ...anyone, post: post(21) }))).toMatchObject({ id: post(21) })
  })

  it('is refused after it was deleted, and when there is none', async () => {
    const world = await warmWorld()
    world.ledger.remove(post(3))
    world.hear()
    const read = readPost(depsOf(world))

    await expect(read({ ...anyone, post: post(3) })).rejects.toMatchObject({
      code: 'POST_NOT_FOUND',
    })
    await expect(read({ ...anyone, post: post(99) })).rejects.toMatchObject({
      code: 'POST_NOT_FOUND',
    })
  })

  it('fails closed when it cannot be known who blocks whom', async () => {
    const world = await warmWorld()
    world.node.viewers.clear()
    world.down.postgres = true

    await expect(readPost(depsOf(world))({ ...asAda, post: post(3) })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
  })

  it('goes on without Postgres while it is warm, labelled', async () => {
    const world = await warmWorld()
    world.down.postgres = true

    expect(await readPost(depsOf(world))({ ...anyone, post: post(3) })).toMatchObject({
      completeness: 'degraded',
      missing: ['postgres'],
    })
  })
})

describe('reading users', () => {
  it('says what holds between the two, in one wave when all is warm', async () => {
    const world = await warmWorld()
    const read = readUser(depsOf(world))
    await read({ ...asAda, user: bob })
    await world.settled()
    world.calls.waves.length = 0
    world.calls.truth = 0
    const answer = await read({ ...asAda, user: bob })

    expect(parse(answer)).toMatchObject({
      id: bob,
      counts: { followers: 1, following: 2, posts: 3 },
      viewer: { following: true, followedBy: false, blocking: false, muting: false },
    })
    expect(world.calls).toMatchObject({ waves: { length: 1 }, truth: 0 })
  })

  it('shows older counts where Postgres cannot tell newer ones, and says so', async () => {
    const world = await warmWorld()
    const read = readUser(depsOf(world))
    await read({ ...anyone, user: bob })
    await world.settled()
    world.pass(COUNTS_LIFE_MS + 1)
    world.down.postgres = true
    const answer = await read({ ...anyone, user: bob })

    expect(answer.completeness).toBe('degraded')
    expect(parse(answer)).toMatchObject({ counts: { followers: 1, following: 2, posts: 3 } })

    world.down.postgres = false
    world.calls.truth = 0
    expect(await read({ ...anyone, user: bob })).toMatchObject({ completeness: 'complete' })
    expect(world.calls.truth).toBe(1)
  })

  it('needs no Postgres when a record that it has grows too old while Redis is asked', async () => {
    const world = await warmWorld()
    for (const viewer of [ada, bob]) await world.page({ viewer })
    await readUser(depsOf(world))({ ...asAda, user: bob })
    await world.settled()
    world.down.postgres = true
    world.pass(VIEWER_RECORD_AGE_MS_MAX)
    world.beforeWaves.push(async () => world.pass(1))

    expect(parse(await readUser(depsOf(world))({ ...asAda, user: bob }))).toMatchObject({
      viewer: { following: true, blocking: false },
    })
  })

  it('says nothing of relationships to a stranger', async () => {
    const world = await warmWorld()

    expect(parse(await readUser(depsOf(world))({ ...anyone, user: bob }))).not.toHaveProperty(
      'viewer',
    )
  })

  it('leaves those out of a batch who are behind a block', async () => {
    const world = await warmWorld()
    world.ledger.block(cleo, ada)
    world.hear()
    const answer = await readUsers(depsOf(world))({ ...asAda, ids: [cleo, bob, bob, ada] })

    expect(idsOf(answer)).toEqual([bob, ada])
  })

  it('works for people whose records are beyond their bounds', async () => {
    const world = await warmWorld()
    world.large.add(ada)
    world.large.add(cleo)
    world.ledger.block(cleo, ada)
    world.hear()
    await world.deliver()

    expect(idsOf(await readUsers(depsOf(world))({ ...asAda, ids: [bob, cleo] }))).toEqual([bob])
  })
})

describe('reading a profile’s posts', () => {
  it('walks across the seam to the end of time', async () => {
    const world = await warmWorld()
    world.ledger.post(bob, post(21), 'push')
    world.ledger.remove(post(19))
    world.hear()
    const read = readUserPosts(depsOf(world))
    const ids: PostId[] = []
    let cursor: string | undefined
    do {
      const answer = await read({ ...asAda, user: bob, limit: 3, cursor })
      ids.push(...idsOf(answer))
      cursor = (parse(answer) as { nextCursor: string | null }).nextCursor ?? undefined
    } while (cursor !== undefined)

    expect(ids).toEqual(world.ledger.authorIds(bob))
  })

  it('takes two waves while the author’s list is warm, and warms it otherwise', async () => {
    const world = await warmWorld()
    world.loseRedis()
    const read = readUserPosts(depsOf(world))
    const cold = await read({ ...anyone, user: bob, limit: 4 })
    await world.settled()
    world.calls.waves.length = 0
    world.calls.truth = 0
    const warm = await read({ ...anyone, user: bob, limit: 4 })

    expect(warm.body).toEqual(cold.body)
    expect(world.calls).toMatchObject({ waves: { length: 2 }, truth: 0 })
  })

  it('leaves out what the process has not heard of, but for strangers and the author', async () => {
    const world = await warmWorld()
    const read = readUserPosts(depsOf(world))
    await world.page({ viewer: ada })
    world.ledger.block(ada, bob)
    world.ledger.post(bob, post(21), 'push')
    await world.deliver()
    const newest = async (viewer: UserId | undefined) =>
      idsOf(await read({ ...anyone, viewer, user: bob, limit: 1 }))

    expect(await newest(ada)).toEqual([])
    expect(await newest(bob)).toEqual([post(21)])
    expect(await newest(undefined)).toEqual([post(21)])
  })

  it('is partial, not an error, when there is no room for a cold read', async () => {
    const world = await warmWorld()
    world.node.lists.clear()
    world.down.budget = true
    world.node.users.set(bob, { version: 1, json: '{}' })

    expect(await readUserPosts(depsOf(world))({ ...anyone, user: bob, limit: 4 })).toMatchObject({
      completeness: 'partial',
      missing: ['author-lists'],
    })
  })

  it('refuses the cursor of a feed', async () => {
    const world = await warmWorld()
    const { nextCursor } = await world.page({ viewer: ada })

    await expect(
      readUserPosts(depsOf(world))({ ...asAda, user: bob, limit: 4, cursor: nextCursor ?? '' }),
    ).rejects.toMatchObject({ code: 'FEED_CURSOR_INVALID' })
  })
})
