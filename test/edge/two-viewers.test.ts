import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { aPost, aUser } from '../support/feed-builders.ts'
import { aRedisNode } from '../support/redis-node.ts'
import { bearer, edgeUnderTest, idsOf, pageOf, servedBy } from './support/edge-under-test.ts'
import { regionWorld, type RegionWorld } from './support/region-world.ts'
import { listeningEdge } from './support/warm-edge.ts'

const node = aRedisNode()
let world: RegionWorld
let ann: UserId
let ben: UserId
let author: UserId
let ofAnn: PostId
let ofBen: PostId

/** Ann and Ben follow the same author, and each has a post that the other may not see. */
beforeEach(async () => {
  await node().redis.flushall()
  world = regionWorld(node().redis)
  ann = aUser()
  ben = aUser()
  author = aUser()
  ofAnn = aPost()
  ofBen = aPost()
  await world.tick()
  await world.deliver()
  await world.pulled([])
  await world.record(author)
  for (const [viewer, own] of [
    [ann, ofAnn],
    [ben, ofBen],
  ] as const) {
    await world.record(viewer, { follows: new Set([author]) })
    await world.post(own, viewer)
    await world.timeline(viewer, [own])
  }
})

describe('two viewers of one isolate', () => {
  it('get their own feeds from the memory cache and from shared loads', async () => {
    const edge = await listeningEdge(world)
    for (let round = 0; round < 3; round += 1) {
      const [a, b] = await Promise.all(
        [ann, ben].map(async (viewer) =>
          idsOf(await pageOf(await edge.get('/v1/feed?mode=latest', viewer))),
        ),
      )
      expect([a, b]).toEqual([[ofAnn], [ofBen]])
    }
  })

  it('cannot use each other’s cursors', async () => {
    const edge = await listeningEdge(world)
    const older = aPost()
    await world.post(older, ann)
    await world.timeline(ann, [ofAnn, older])
    const page = await pageOf(await edge.get('/v1/feed?mode=latest&limit=1', ann))
    const response = await edge.get(`/v1/feed?cursor=${page.nextCursor}`, ben)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'FEED_CURSOR_INVALID' })
  })

  it('see a blocked pair’s posts and profiles only on the right side, cached or not', async () => {
    const edge = await listeningEdge(world)
    const post = aPost()
    await world.post(post, author)
    await world.user(author, 'author')
    await world.authorList(author, [post])
    await world.record(author, { blocks: new Set([ben]) })
    const paths = [`/v1/posts/${post}`, `/v1/users/${author}`, `/v1/users/${author}/posts`]
    for (const path of [...paths, ...paths]) {
      expect((await edge.get(path, ann)).status).toBe(200)
      expect((await edge.get(path, ben)).status).toBe(404)
      expect((await edge.get(path)).status).toBe(200)
    }
    expect(servedBy(await edge.get(`/v1/posts/${post}`, ann))).toBe('l1')
  })

  it('get their own marks on a profile that L1 holds, and a stranger gets none', async () => {
    const edge = await listeningEdge(world)
    const other = aUser()
    await world.user(other, 'other')
    await world.record(other, { follows: new Set([ben]) })
    await world.record(ann, { follows: new Set([other]) })
    const marks = async (viewer?: UserId) => {
      const response = await edge.get(`/v1/users/${other}`, viewer)
      return ((await response.json()) as { viewer?: object }).viewer
    }
    for (let round = 0; round < 2; round += 1) {
      expect(await marks(ann)).toMatchObject({ following: true, followedBy: false })
      expect(await marks(ben)).toMatchObject({ following: false, followedBy: true })
      expect(await marks()).toBeUndefined()
    }
  })

  it('keep the tokens of their own writes', async () => {
    const edge = edgeUnderTest({
      originDouble: ({ method }) =>
        new Response(null, {
          status: 204,
          headers: method === 'DELETE' ? { 'headwater-token': '1.77' } : {},
        }),
    })
    const headers = { authorization: await bearer(ann) }
    await edge.send(
      new Request(`http://edge.test/v1/posts/${ofAnn}`, { method: 'DELETE', headers }),
    )
    const tokenOf = async (viewer: UserId) => {
      await edge.get('/v1/feed', viewer)
      return edge.forwarded.at(-1)?.headers.get('headwater-token')
    }
    expect(await tokenOf(ann)).toBe('1.77')
    expect(await tokenOf(ben)).toBeNull()
    edge.clock.nowMs += 5_001
    expect(await tokenOf(ann)).toBeNull()
  })

  /** The product's own ids may be numbers, and then look like ours. */
  it.each([
    ['the product’s own ids', 'externalId', 'ext-ann', 'ext-ben'],
    ['the product’s own ids, whatever the edge was told', 'userId', '7001', '7002'],
  ] as const)('are told apart by %s once the origin said who they are', async (_, told, a, b) => {
    const users: Record<string, UserId> = { [a]: ann, [b]: ben }
    const edge = edgeUnderTest({
      regions: [world.pipeline],
      auth: {
        secret: 'a-secret-of-at-least-32-characters',
        jwksUrl: undefined,
        issuer: 'headwater',
        audience: 'headwater',
        subject: told,
      },
      originDouble: (request) => {
        const [, body = ''] = (request.headers.get('authorization') ?? '').split('.')
        const { sub } = JSON.parse(atob(body)) as { sub: string }
        return Response.json({}, { headers: { 'headwater-viewer': users[sub] ?? '' } })
      },
    })
    for (const subject of Object.keys(users)) {
      const first = await edge.get('/v1/feed?mode=latest', subject)
      expect(servedBy(first)).toBe('origin')
      expect(first.headers.has('headwater-viewer')).toBe(false)
    }
    expect(idsOf(await pageOf(await edge.get('/v1/feed?mode=latest', a)))).toEqual([ofAnn])
    expect(idsOf(await pageOf(await edge.get('/v1/feed?mode=latest', b)))).toEqual([ofBen])
    // Said once, to operators: the readers get what is theirs all the same.
    expect(edge.reported.filter((error) => error instanceof AppError)).toHaveLength(
      told === 'userId' ? 1 : 0,
    )
  })

  it('who are asked for by an id of another user find nothing of it after the origin’s first word', async () => {
    const edge = edgeUnderTest({
      regions: [world.pipeline],
      originDouble: () => Response.json({}, { headers: { 'headwater-viewer': ben } }),
    })
    // The origin takes this subject for the product's own id of Ben; it looks like Ann's of ours.
    await edge.get('/v1/users/me/mutes', ann)

    expect(idsOf(await pageOf(await edge.get('/v1/feed?mode=latest', ann)))).toEqual([ofBen])
  })
})
