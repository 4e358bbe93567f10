import { beforeEach, describe, expect, it } from 'vitest'
import { formatCursor } from '../../../shared/cursor.ts'
import { formatSession } from '../../../shared/feed/session.ts'
import { horizonBelow, parseHorizon } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { tags } from '../../../shared/invalidation.ts'
import { keys } from '../../../shared/keys.ts'
import { aPost, aUser } from '../../support/feed-builders.ts'
import { aRedisNode } from '../../support/redis-node.ts'
import { edgeUnderTest, idsOf, pageOf, servedBy } from '../support/edge-under-test.ts'
import { regionWorld, type RegionWorld } from '../support/region-world.ts'

const node = aRedisNode()
let world: RegionWorld
let viewer: UserId
let author: UserId
let posts: PostId[]

/** A viewer with ten posts of one author in its timeline, all delivered. */
beforeEach(async () => {
  await node().redis.flushall()
  world = regionWorld(node().redis)
  viewer = aUser()
  author = aUser()
  posts = Array.from({ length: 10 }, aPost)
  await world.tick()
  await world.deliver()
  await world.pulled([])
  await world.record(viewer, { follows: new Set([author]) })
  for (const post of posts) await world.post(post, author)
  await world.timeline(viewer, posts)
})

const newestFirst = () => posts.toReversed()

describe('the home feed at the edge', () => {
  it('is built in two waves, and again with what L1 keeps of the record and the posts', async () => {
    const edge = edgeUnderTest({ regions: [world.pipeline] })
    const first = await edge.get('/v1/feed?mode=latest&limit=5', viewer)

    expect(idsOf(await pageOf(first))).toEqual(newestFirst().slice(0, 5))
    expect(servedBy(first)).toBe('l2')
    expect(world.waves()).toBe(2)

    // L1 keeps what was read under watermarks past the tick at which the isolate began to listen.
    for (let n = 0; n < 3; n += 1) await world.tick()
    await world.deliver()
    await edge.get('/v1/feed?mode=latest&limit=5', viewer)
    world.trips.length = 0
    await edge.get('/v1/feed?mode=latest&limit=5', viewer)

    expect(world.trips).toHaveLength(1)
    expect(world.trips[0]?.some(([, key]) => key === keys.viewer(viewer))).toBe(false)
  })

  it('pages to the beginning of time, each post once', async () => {
    const edge = edgeUnderTest({ regions: [world.pipeline] })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? 'mode=latest' : `cursor=${cursor}`
      const page = await pageOf(await edge.get(`/v1/feed?${query}&limit=3`, viewer))
      expect(page.completeness).toBe('complete')
      seen.push(...idsOf(page))
      cursor = page.nextCursor
    }
    expect(seen).toEqual(newestFirst())
  })

  it('shows neither the muted nor the unfollowed nor the deleted, and its own', async () => {
    const [own, ofMuted, ofStranger] = [aPost(), aPost(), aPost()]
    const [muted, stranger] = [aUser(), aUser()]
    await world.post(own, viewer)
    await world.post(ofMuted, muted)
    await world.post(ofStranger, stranger)
    await world.record(viewer, { follows: new Set([author, muted]), mutes: new Set([muted]) })
    await world.timeline(viewer, [...posts, own, ofMuted, ofStranger])
    const deleted = posts.at(-1) as PostId
    await world.tombstone(deleted, author, 2)

    const edge = edgeUnderTest({ regions: [world.pipeline] })
    const page = await pageOf(await edge.get('/v1/feed?mode=latest&limit=50', viewer))

    expect(idsOf(page)).toEqual([own, ...newestFirst().slice(1)])
    expect(page.items[0]?.reason).toBe('own')
  })

  it('pulls authors of the pulled set, and follows that the timeline has not absorbed', async () => {
    const [pulled, followed] = [aUser(), aUser()]
    const [ofPulled, ofFollowed] = [aPost(), aPost()]
    await world.post(ofPulled, pulled)
    await world.post(ofFollowed, followed)
    await world.authorList(pulled, [ofPulled])
    await world.authorList(followed, [ofFollowed])
    await world.pulled([pulled, aUser()])
    await world.record(viewer, {
      follows: new Set([author, pulled, followed]),
      recentFollows: [{ followee: followed, xid: world.xid() }],
    })
    await world.timeline(viewer, posts, '0', horizonBelow(1, 5))

    const edge = edgeUnderTest({ regions: [world.pipeline] })
    const page = await pageOf(await edge.get('/v1/feed?mode=latest&limit=3', viewer))

    expect(idsOf(page)).toEqual([ofFollowed, ofPulled, newestFirst()[0]])
  })

  it('shows what stands beside the watermark, of authors whom the viewer follows', async () => {
    const [late, foreign] = [aPost(), aPost()]
    await world.post(late, author)
    await world.post(foreign, aUser())
    const exceptions = `${author}:${late},${aUser()}:${foreign}`
    const watermark = keys.timeline(viewer).slice(0, 4)
    await node().redis.hset(`${watermark}:wm`, 'x3', exceptions)

    const edge = edgeUnderTest({ regions: [world.pipeline] })
    const page = await pageOf(await edge.get('/v1/feed?mode=latest&limit=2', viewer))

    expect(idsOf(page)).toEqual([late, newestFirst()[0]])
  })

  it('knows no more than the lowest of lease, watermarks and pulled set', async () => {
    const delivered = world.horizon()
    await world.tick()
    const edge = edgeUnderTest({ regions: [world.pipeline] })
    const page = await pageOf(await edge.get('/v1/feed?mode=latest', viewer))

    expect(parseHorizon(page.asOf)?.xmin).toBe(delivered.xmin)
  })
})

describe('a ranked walk at the edge', () => {
  const session = 'session-1'
  const cursorAt = (index: number, seam = posts[0] as string) =>
    formatCursor(viewer, { kind: 'ranked', session, index, seam, token: '', atMs: Date.now() })

  it('follows the frozen order, then goes on with latest below the seam', async () => {
    const [seam, , ...ranked] = posts as [PostId, PostId, ...PostId[]]
    const text = formatSession({ ids: ranked, seam, asOf: world.horizon() })
    await node().redis.set(keys.session(viewer, session), text)
    const edge = edgeUnderTest({ regions: [world.pipeline] })

    const page = await pageOf(
      await edge.get(`/v1/feed?cursor=${cursorAt(5, seam)}&limit=3`, viewer),
    )
    expect(idsOf(page)).toEqual(ranked.slice(5))
    const below = await pageOf(await edge.get(`/v1/feed?cursor=${page.nextCursor}&limit=3`, viewer))
    expect(idsOf(below)).toEqual([seam])
    expect(below.nextCursor).toBeNull()
  })

  it('is left to the origin where the session is not there, and for the first page', async () => {
    const edge = edgeUnderTest({
      regions: [world.pipeline],
      originDouble: () => new Response('{}'),
    })

    expect(servedBy(await edge.get(`/v1/feed?cursor=${cursorAt(3)}`, viewer))).toBe('origin')
    expect(servedBy(await edge.get('/v1/feed', viewer))).toBe('origin')
  })
})

describe('what the edge leaves to the origin', () => {
  const why = async (path = '/v1/feed?mode=latest&limit=5', headers = {}) => {
    const edge = edgeUnderTest({
      regions: [world.pipeline],
      originDouble: () => Response.json({ items: [] }),
    })
    const response = await edge.get(path, viewer, headers)
    return `${servedBy(response)} ${/why;desc="([^"]+)"/.exec(response.headers.get('server-timing') ?? '')?.[1]}`
  }

  it('is everything while there is no lease', async () => {
    await world.lapse()
    expect(await why()).toBe('origin no-lease')
  })

  it('is a read whose token is ahead', async () => {
    expect(await why(undefined, { 'headwater-token': `1.${world.xid() + 1}` })).toBe('origin token')
  })

  it('is a read whose token is of another epoch', async () => {
    expect(await why(undefined, { 'headwater-token': '2.1' })).toBe('origin token')
  })

  it('is a timeline that is absent, or of another generation', async () => {
    await node().redis.del(keys.timeline(viewer))
    expect(await why()).toBe('origin no-list')
  })

  it('is data under a watermark more than a second behind the lease', async () => {
    for (let n = 0; n < 5; n += 1) await world.tick()
    expect(await why()).toBe('origin no-record')
  })

  it('is a viewer whose record is absent, or too large', async () => {
    await world.record(viewer, { large: true })
    expect(await why()).toBe('origin large-record')
    await node().redis.del(keys.viewer(viewer))
    expect(await why()).toBe('origin no-record')
  })

  it('is a page whose reader’s record was overtaken while the posts were read', async () => {
    const { pipeline } = world
    let token = ''
    const edge = edgeUnderTest({
      regions: [
        async (commands) => {
          const asksForPosts = commands.some(([, key]) => key === keys.post(posts[9] as PostId))
          if (asksForPosts) token = `1.${await world.invalidate(tags.viewer(viewer), 2)}`
          return pipeline(commands)
        },
      ],
      originDouble: (request) => Response.json({ token: request.headers.get('headwater-token') }),
    })
    const response = await edge.get('/v1/feed?mode=latest&limit=5', viewer)

    expect(servedBy(response)).toBe('origin')
    expect(response.headers.get('server-timing')).toContain('why;desc="no-record"')
    expect(await response.json()).toEqual({ token })
  })

  it('is a page whose posts are not all there', async () => {
    await node().redis.del(keys.post(posts[9] as PostId))
    expect(await why()).toBe('origin fragments')
  })

  it('is a page that reaches the floor', async () => {
    await world.timeline(viewer, posts, posts[6])
    expect(await why()).toBe('origin seam')
  })

  it('is a walk that goes on below the floor', async () => {
    await world.timeline(viewer, posts, posts[6])
    const cursor = formatCursor(viewer, {
      kind: 'latest',
      before: posts[5] as PostId,
      token: '',
      atMs: 0,
    })
    expect(await why(`/v1/feed?cursor=${cursor}`)).toBe('origin seam')
  })

  it('is served all the same, and says what is missing, when the origin is down', async () => {
    await node().redis.del(keys.post(posts[8] as PostId))
    const edge = edgeUnderTest({ regions: [world.pipeline] })
    const response = await edge.get('/v1/feed?mode=latest&limit=3', viewer)
    const page = await pageOf(response)

    expect(idsOf(page)).toEqual([posts[9], posts[7]])
    expect(page).toMatchObject({ completeness: 'degraded', missing: ['fragments', 'origin'] })
    expect(response.headers.get('headwater-completeness')).toBe('degraded')
  })

  it('is a 503 that asks to come again, with neither lease nor origin', async () => {
    await world.lapse()
    const edge = edgeUnderTest({ regions: [world.pipeline] })
    const response = await edge.get('/v1/feed?mode=latest', viewer)

    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('moves to the next region before that', async () => {
    const edge = edgeUnderTest({
      regions: [() => Promise.reject(new Error('this region is away')), world.pipeline],
    })
    expect(idsOf(await pageOf(await edge.get('/v1/feed?mode=latest&limit=1', viewer)))).toEqual([
      posts[9],
    ])
  })
})
