import { beforeEach, describe, expect, it } from 'vitest'
import type { PostId, UserId } from '../../shared/ids.ts'
import { aRedisNode } from '../support/redis-node.ts'
import { bearer, edgeUnderTest } from './support/edge-under-test.ts'
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

const statuses = [
  200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503,
]
const routes: readonly [method: string, path: string][] = [
  ['GET', '/v1/feed'],
  ['GET', '/v1/posts/77'],
  ['GET', '/v1/users/77'],
  ['GET', '/v1/users/77/posts'],
  ['GET', '/v1/users/77/followers'],
  ['GET', '/v1/users/me/blocks'],
  ['GET', '/v1/anything'],
  ['POST', '/v1/posts'],
  ['PUT', '/v1/posts/77'],
  ['DELETE', '/v1/posts/77'],
  ['PUT', '/v1/users/77/follow'],
  ['DELETE', '/v1/users/77/block'],
  ['OPTIONS', '/v1/posts'],
  ['GET', '/openapi.json'],
  ['GET', '/docs'],
  ['GET', '/healthz'],
  ['GET', '/nowhere'],
  ['POST', '/nowhere'],
]

/** What an intermediate cache may do with it must be said, and must be nothing unless it is public. */
function wrongWith(response: Response, signedIn: boolean): string[] {
  const stated = response.headers.get('cache-control')
  const isPublic = stated?.includes('public') === true
  return [
    ...(stated === null ? ['no Cache-Control'] : []),
    ...(isPublic && signedIn ? ['public to one who signed in'] : []),
    ...(isPublic && response.status >= 400 ? ['a public error'] : []),
    ...(response.headers.has('headwater-request-id') ? [] : ['no request id']),
    ...(response.headers.get('x-content-type-options') === 'nosniff' ? [] : ['may be sniffed']),
    ...(mayBeFramed(response) ? ['may be framed'] : []),
  ].map((what) => `${response.status}: ${what}`)
}

const mayBeFramed = ({ headers }: Response): boolean =>
  headers.get('content-security-policy')?.includes("frame-ancestors 'none'") !== true

describe('Cache-Control', () => {
  it.each(routes)('is stated by %s %s, whatever the origin says', async (method, path) => {
    const wrong: string[] = []
    for (const status of statuses) {
      for (const theirs of [undefined, 'public, max-age=60', 'private, no-store']) {
        const edge = edgeUnderTest({
          originDouble: () =>
            new Response([204, 304].includes(status) ? null : '{}', {
              status,
              headers: theirs === undefined ? {} : { 'cache-control': theirs },
            }),
        })
        for (const authorization of [undefined, await bearer(author), 'Bearer forged']) {
          const headers = authorization === undefined ? {} : { authorization }
          const response = await edge.send(
            new Request(`http://edge.test${path}`, { method, headers }),
          )
          wrong.push(...wrongWith(response, authorization !== undefined))
        }
      }
    }
    expect(wrong).toEqual([])
  })

  it.each(routes)('is stated by %s %s without an origin', async (method, path) => {
    const edge = edgeUnderTest()
    for (const headers of [{}, { authorization: await bearer(author) }]) {
      const request = new Request(`http://edge.test${path}`, { method, headers })
      expect(wrongWith(await edge.send(request), true)).toEqual([])
    }
  })

  it('is stated by what the edge answers itself, from L2, from L1 and as 304', async () => {
    const edge = await listeningEdge(world)
    const paths = [`/v1/posts/${post}`, `/v1/users/${author}`, `/v1/users/${author}/posts`]
    for (const path of [...paths, ...paths]) {
      const anonymous = await edge.get(path)
      expect(anonymous.headers.get('cache-control')).toBe('public, no-cache')
      expect((await edge.get(path, author)).headers.get('cache-control')).toBe('private, no-store')

      const etag = anonymous.headers.get('etag') ?? ''
      const again = await edge.get(path, undefined, { 'if-none-match': etag })
      expect(again.status).toBe(304)
      expect(await again.text()).toBe('')
      expect(again.headers.get('cache-control')).toBe('public, no-cache')
      expect((await edge.get(path, undefined, { 'if-none-match': '"other"' })).status).toBe(200)
    }
    const feed = await edge.get('/v1/feed?mode=latest', author)
    expect(feed.status).toBe(200)
    expect(feed.headers.get('cache-control')).toBe('private, no-store')
    expect(feed.headers.has('etag')).toBe(false)
  })
})
