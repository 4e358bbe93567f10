import { beforeEach, describe, expect, it } from 'vitest'
import { checks, type Checks } from '../../edge/cache/checks.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { tags } from '../../shared/invalidation.ts'
import { aPost, aUser } from '../support/feed-builders.ts'
import { aRedisNode } from '../support/redis-node.ts'
import { edgeUnderTest, servedBy } from './support/edge-under-test.ts'
import { regionWorld, type RegionWorld } from './support/region-world.ts'
import { edgeWithPost } from './support/warm-edge.ts'

const node = aRedisNode()
let world: RegionWorld
let author: UserId
let post: PostId

beforeEach(async () => {
  await node().redis.flushall()
  world = regionWorld(node().redis)
  author = aUser()
  post = aPost()
  await world.tick()
  await world.deliver()
  await world.post(post, author)
  await world.record(author)
})

/** By now the post is deleted in Postgres, and the origin knows. */
const gone = () => Response.json({ code: 'POST_NOT_FOUND' }, { status: 404 })
const warm = (used: Checks) => edgeWithPost(world, post, { checks: used, originDouble: gone })
const outcome = (response: Response) => (response.status === 404 ? 'gone' : 'still shown')

/** Each guard alone keeps a promise: with it the scenario ends well, without it badly. */
interface Guard {
  readonly name: string
  readonly without: Checks
  readonly scenario: (used: Checks) => Promise<string>
}

const guards: readonly Guard[] = [
  {
    name: 'the version check: a delete is heard, and delivery to this region is late',
    without: { ...checks, versionHolds: () => true },
    async scenario(used) {
      const edge = await warm(used)
      await world.invalidate(tags.post(post), 2)
      await world.tick()
      // Another read, of anything, hears of it.
      await edge.get(`/v1/posts/${aPost()}`)
      return outcome(await edge.get(`/v1/posts/${post}`))
    },
  },
  {
    name: 'the version check on what L2 still hands out',
    without: { ...checks, versionHolds: () => true },
    async scenario(used) {
      const edge = await warm(used)
      await world.invalidate(tags.post(post), 2)
      await world.tick()
      edge.clock.nowMs += 60_000
      await edge.get(`/v1/posts/${aPost()}`)
      return outcome(await edge.get(`/v1/posts/${post}`))
    },
  },
  {
    name: 'the lease: the region is cut off, and holds what was true before',
    without: { ...checks, leaseOf: (own, earlier) => own ?? earlier },
    async scenario(used) {
      const edge = await warm(used)
      await world.lapse()
      edge.clock.nowMs += 60_000
      return outcome(await edge.get(`/v1/posts/${post}`))
    },
  },
  {
    name: 'the second that L1 may be served after the lease was seen',
    without: { ...checks, leaseStands: () => true, pollIsDue: () => false },
    async scenario(used) {
      const edge = await warm({ ...used, pollIsDue: () => false })
      await world.lapse()
      edge.clock.nowMs += 1_001
      return outcome(await edge.get(`/v1/posts/${post}`))
    },
  },
  {
    name: 'the token check: the reader deleted it, and nobody here has heard',
    without: { ...checks, tokenHolds: () => true },
    async scenario(used) {
      const edge = await warm(used)
      const token = { 'headwater-token': `1.${world.xid() + 5}` }
      return outcome(await edge.get(`/v1/posts/${post}`, author, token))
    },
  },
  {
    name: 'the poll: only L1 answers, and a delete is heard before its second is over',
    without: { ...checks, pollIsDue: () => false },
    async scenario(used) {
      const edge = await warm(used)
      await world.invalidate(tags.post(post), 2)
      await world.tick()
      edge.clock.nowMs += 550
      await edge.get(`/v1/posts/${post}`)
      await edge.settle()
      edge.clock.nowMs += 50
      return outcome(await edge.get(`/v1/posts/${post}`))
    },
  },
]

describe('what stands between a cache and a reader', () => {
  it.each(guards)('$name', async ({ scenario }) => {
    expect(await scenario(checks)).toBe('gone')
  })

  it.each(guards)('nothing else does the work of $name', async ({ scenario, without }) => {
    expect(await scenario(without)).toBe('still shown')
  })
})

describe('L1', () => {
  it('answers alone while it may, and a poll keeps it standing', async () => {
    const edge = await warm(checks)
    const layers: (string | null)[] = []
    for (let n = 0; n < 40; n += 1) {
      edge.clock.nowMs += 100
      if (n % 2 === 0) await world.tick()
      if (n % 10 === 0) await world.deliver()
      layers.push(servedBy(await edge.get(`/v1/posts/${post}`)))
      await edge.settle()
    }
    expect(new Set(layers)).toEqual(new Set(['l1']))
  })

  it('asks the origin with the transaction that it heard of', async () => {
    const edge = await warm(checks)
    const xid = await world.invalidate(tags.post(post), 2)
    await world.tick()
    await edge.get(`/v1/posts/${aPost()}`)
    await edge.get(`/v1/posts/${post}`)

    expect(edge.forwarded.at(-1)?.headers.get('headwater-token')).toBe(`1.${xid}`)
  })

  it('is dropped whole when the log was trimmed beyond its place', async () => {
    const edge = await warm(checks)
    await world.invalidate(tags.post(post), 2)
    for (let n = 0; n < 5; n += 1) await world.invalidate(tags.post(aPost()), 2)
    await node().redis.xtrim('{hw}:log', 'MAXLEN', 2)
    await world.tick()
    await world.tombstone(post, author, 2)
    await world.deliver()
    // It could not hear that this post was deleted, so it must have forgotten it.
    await edge.get(`/v1/posts/${aPost()}`)

    expect(outcome(await edge.get(`/v1/posts/${post}`))).toBe('gone')
  })

  it('is not filled by what was read before the isolate could have heard everything', async () => {
    const edge = edgeUnderTest({ regions: [world.pipeline] })
    await edge.get(`/v1/posts/${post}`)
    await edge.get(`/v1/posts/${post}`)

    expect(servedBy(await edge.get(`/v1/posts/${post}`))).toBe('l2')
  })

  it('serves nothing to a clock that went backwards', async () => {
    const edge = await warm(checks)
    expect(servedBy(await edge.get(`/v1/posts/${post}`))).toBe('l1')
    edge.clock.nowMs -= 300_000
    await world.lapse()

    expect(outcome(await edge.get(`/v1/posts/${post}`))).toBe('gone')
  })

  it('shows public posts a minute longer when neither lease nor origin is there, and says so', async () => {
    const edge = await edgeWithPost(world, post)
    await world.lapse()
    edge.clock.nowMs += 59_000
    const response = await edge.get(`/v1/posts/${post}`)

    expect(response.status).toBe(200)
    expect(response.headers.get('headwater-completeness')).toBe('degraded')
    expect(servedBy(response)).toBe('l1')
    expect((await edge.get(`/v1/posts/${post}`, aUser())).status).toBe(503)
    edge.clock.nowMs += 2_000
    expect((await edge.get(`/v1/posts/${post}`)).status).toBe(503)
  })
})
