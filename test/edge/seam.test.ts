import { beforeEach, describe, expect, it } from 'vitest'
import type { PostId, UserId } from '../../shared/ids.ts'
import { aRedisNode } from '../support/redis-node.ts'
import { bearer, edgeUnderTest, servedBy, type EdgeUnderTest } from './support/edge-under-test.ts'
import { oneAuthor } from './support/one-author.ts'
import { regionWorld, type RegionWorld } from './support/region-world.ts'
import { listeningEdge } from './support/warm-edge.ts'

const node = aRedisNode()
let world: RegionWorld
let author: UserId
let post: PostId

beforeEach(async () => {
  await node().redis.flushall()
  world = regionWorld(node().redis)
  ;({ author, post } = await oneAuthor(world))
})

const targets = () => [
  `/v1/posts/${post}`,
  `/v1/users/${author}`,
  `/v1/users/${author}/posts`,
  '/v1/feed?mode=latest',
]

/** What clients and networks send beside what a read is told, and what a shared cache would not look at. */
const NOISE: Readonly<Record<string, string>> = {
  'accept-language': 'de',
  'cache-control': 'no-cache',
  'cf-connecting-ip': '192.0.2.7',
  'user-agent': 'somebody',
  'x-forwarded-for': '192.0.2.8',
  'x-headwater-viewer': '77',
  'headwater-viewer': '77',
  accept: 'text/html',
  cookie: 'session=another-reader',
  origin: 'https://elsewhere.test',
  range: 'bytes=0-3',
  referer: 'https://elsewhere.test/',
}

/** Everything of an answer that may depend on who asked and what. */
async function told(response: Response): Promise<object> {
  const { 'headwater-request-id': _, ...headers } = Object.fromEntries(response.headers)
  return { status: response.status, headers, body: await response.text() }
}

async function namesReadBy(edge: EdgeUnderTest, request: Request): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  const { headers } = request
  const watched = new Proxy(headers, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        // Whoever reads all of them at once reads too much.
        names.add(typeof args[0] === 'string' ? args[0].toLowerCase() : String(property))
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
  Object.defineProperty(request, 'headers', { value: watched })
  await (await edge.send(request)).text()
  return names
}

describe('a read behind the gateway', () => {
  it('is told by no header but the three that the gateway passes on', async () => {
    const edge = await listeningEdge(world, {
      limiter: { limit: () => Promise.resolve({ success: true }) },
    })
    const forwarded = edge.forwarded.length
    const authorization = await bearer(author)
    for (const target of [...targets(), ...targets()]) {
      const url = `http://edge.test${target}`
      const signedIn = new Request(url, { headers: { ...NOISE, authorization } })
      expect([...(await namesReadBy(edge, signedIn))].toSorted()).toEqual([
        'authorization',
        'headwater-token',
      ])
      if (target.startsWith('/v1/feed')) continue
      // Who did not sign in is counted by address; a public answer may be known already.
      const anyone = await namesReadBy(edge, new Request(url, { headers: NOISE }))
      expect([...anyone].toSorted()).toEqual([
        'authorization',
        'cf-connecting-ip',
        'headwater-token',
        'if-none-match',
      ])
    }
    expect(edge.forwarded).toHaveLength(forwarded)
  })

  it('answers the same to requests that differ in anything else, from L2 and from L1', async () => {
    const layers = new Set<string | null>()
    const warm = await listeningEdge(world)
    for (const as of [undefined, author]) {
      for (const target of targets().slice(0, as === undefined ? 3 : 4)) {
        await warm.get(target, as)
        const fresh = () => edgeUnderTest({ regions: [world.pipeline] })
        for (const [one, other] of [
          [warm, warm],
          [fresh(), fresh()],
        ] as const) {
          const expected = await one.get(target, as)
          const actual = await other.get(target, as, NOISE)
          layers.add(servedBy(actual))
          expect(await told(actual)).toEqual(await told(expected))
        }
      }
    }
    expect(layers).toEqual(new Set(['l1', 'l2']))
  })
})

describe('a page of another origin', () => {
  it('may read every answer and the headers that we add, an error too', async () => {
    const edge = await listeningEdge(world)
    const headers = { origin: 'https://elsewhere.test' }
    for (const target of [...targets(), '/v1/users/me/mutes', '/nowhere', '/healthz']) {
      const response = await edge.get(target, undefined, headers)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('access-control-expose-headers')).toContain('headwater-token')
    }
  })

  it('is told beforehand that it may send its token', async () => {
    const response = await edgeUnderTest().send(
      new Request('http://edge.test/v1/posts', {
        method: 'OPTIONS',
        headers: {
          origin: 'https://elsewhere.test',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization, content-type',
        },
      }),
    )
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '86400',
      vary: 'Access-Control-Request-Headers',
    })
  })
})
