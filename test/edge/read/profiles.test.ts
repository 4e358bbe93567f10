import { beforeEach, describe, expect, it } from 'vitest'
import { formatCursor } from '../../../shared/cursor.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { keys } from '../../../shared/keys.ts'
import { COUNTS_KEPT_MS, COUNTS_LIFE_MS } from '../../../shared/limits.ts'
import type { Post } from '../../../shared/post.ts'
import { aPost, aUser } from '../../support/feed-builders.ts'
import { aRedisNode } from '../../support/redis-node.ts'
import { edgeUnderTest, servedBy } from '../support/edge-under-test.ts'
import { regionWorld, type RegionWorld } from '../support/region-world.ts'
import { listeningEdge } from '../support/warm-edge.ts'

const node = aRedisNode()
let world: RegionWorld
let author: UserId
let posts: PostId[]

beforeEach(async () => {
  await node().redis.flushall()
  world = regionWorld(node().redis)
  author = aUser()
  posts = Array.from({ length: 7 }, aPost)
  await world.tick()
  await world.deliver()
  await world.record(author)
  await world.user(author, 'author')
  for (const post of posts) await world.post(post, author)
  await world.authorList(author, posts)
})

interface PostPage {
  readonly items: readonly Post[]
  readonly nextCursor: string | null
}

describe('a profile’s posts', () => {
  it('are walked to the beginning, each once, by a cursor that serves every reader', async () => {
    const edge = await listeningEdge(world)
    const readers = [undefined, author]
    const seen: string[] = []
    let cursor: string | null = ''
    for (let page = 0; cursor !== null; page += 1) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const path = `/v1/users/${author}/posts?limit=3${query}`
      const response = await edge.get(path, readers[page % 2])
      const { items, nextCursor } = (await response.json()) as PostPage
      seen.push(...items.map(({ id }) => id))
      cursor = nextCursor
    }
    expect(seen).toEqual(posts.toReversed())
  })

  it('are left to the origin below the floor of the list, and without a list', async () => {
    const originDouble = () => Response.json({ items: [] })
    const edge = edgeUnderTest({ regions: [world.pipeline], originDouble })
    await world.authorList(author, posts, posts[4])
    expect(servedBy(await edge.get(`/v1/users/${author}/posts?limit=2`))).toBe('l2')
    expect(servedBy(await edge.get(`/v1/users/${author}/posts?limit=3`))).toBe('origin')
    await node().redis.del(keys.authorList(author))
    expect(servedBy(await edge.get(`/v1/users/${author}/posts?limit=2`))).toBe('origin')
  })

  it('refuse a cursor of the home feed', async () => {
    const edge = edgeUnderTest({ regions: [world.pipeline] })
    const cursor = formatCursor(author, { kind: 'latest', before: aPost(), token: '', atMs: 0 })
    const response = await edge.get(`/v1/users/${author}/posts?cursor=${cursor}`, author)

    expect(await response.json()).toMatchObject({ code: 'FEED_CURSOR_INVALID' })
  })
})

describe('a post or profile at the edge', () => {
  it('is not found once the tombstone was delivered', async () => {
    const [post] = posts as [PostId]
    await world.tombstone(post, author, 2)
    const edge = edgeUnderTest({ regions: [world.pipeline] })
    const response = await edge.get(`/v1/posts/${post}`)

    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'POST_NOT_FOUND' })
  })

  it('is the origin’s to tell where it, or a relation, is unknown', async () => {
    const originDouble = () => Response.json({})
    const edge = edgeUnderTest({ regions: [world.pipeline], originDouble })
    const stranger = aUser()
    expect(servedBy(await edge.get(`/v1/posts/${aPost()}`))).toBe('origin')
    expect(servedBy(await edge.get(`/v1/users/${aUser()}`))).toBe('origin')
    // The reader's own record is not here: nobody knows whom it blocks.
    expect(servedBy(await edge.get(`/v1/posts/${posts[0]}`, stranger))).toBe('origin')
    await node().redis.del(keys.userCounts(author))
    expect(servedBy(await edge.get(`/v1/users/${author}`))).toBe('origin')
  })

  it('has older counts, and says so, where only the origin could tell newer ones', async () => {
    await node().redis.pexpire(keys.userCounts(author), COUNTS_KEPT_MS - COUNTS_LIFE_MS - 1)
    const path = `/v1/users/${author}`
    for (const reader of [undefined, author]) {
      const response = await edgeUnderTest({ regions: [world.pipeline] }).get(path, reader)
      expect(servedBy(response)).toBe('l2')
      expect(response.headers.get('headwater-completeness')).toBe('degraded')
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(await response.json()).toMatchObject({ counts: { followers: 1 } })
    }
    const originDouble = () => Response.json({})
    const edge = edgeUnderTest({ regions: [world.pipeline], originDouble })
    expect(servedBy(await edge.get(path))).toBe('origin')
  })

  it('is read anew for a reader whose token L1 does not have', async () => {
    const edge = await listeningEdge(world)
    const path = `/v1/users/${author}`
    await edge.get(path)
    expect(servedBy(await edge.get(path))).toBe('l1')

    const token = `1.${world.xid()}`
    await world.user(author, 'renamed')
    for (let n = 0; n < 3; n += 1) await world.tick()
    await world.deliver()
    const response = await edge.get(path, author, { 'headwater-token': token })
    expect(servedBy(response)).toBe('l2')
    expect(await response.json()).toMatchObject({ name: 'renamed' })
  })

  it('is not refused for a block that the reader’s token has the end of', async () => {
    const reader = aUser()
    await world.record(reader)
    await world.record(author, { blocks: new Set([reader]) })
    const originDouble = () => Response.json({})
    const edge = edgeUnderTest({ regions: [world.pipeline], originDouble })
    const paths = [`/v1/posts/${posts[0]}`, `/v1/users/${author}`, `/v1/users/${author}/posts`]
    const unblocked = { 'headwater-token': `1.${world.xid() + 5}` }
    for (const path of paths) {
      expect((await edge.get(path, reader)).status).toBe(404)
      expect(servedBy(await edge.get(path, reader, unblocked))).toBe('origin')
    }
  })
})
