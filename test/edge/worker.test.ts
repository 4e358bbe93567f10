import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { bundleEdge } from '../../scripts/local/edge.ts'
import { urlOf } from '../../scripts/local/http-probe.ts'
import { freePort } from '../../scripts/local/ports.ts'
import { startL2Gateway, startLocalEdge, type Service } from '../../scripts/local/services.ts'
import { RATE_LIMIT_PERIOD_SECONDS, RATE_LIMIT_REQUESTS_MAX } from '../../shared/limits.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { aPost, aUser } from '../support/feed-builders.ts'
import { aRedisNode } from '../support/redis-node.ts'
import { spawnIn } from '../support/run.ts'
import { bearer, idsOf, pageOf, servedBy } from './support/edge-under-test.ts'
import { regionWorld, type RegionWorld } from './support/region-world.ts'

const HOST = '127.0.0.1'
const L2_TOKEN = 'a-token-for-tests-only'
const node = aRedisNode()
const open = new AsyncDisposableStack()
let world: RegionWorld
let edge: Service
let gateway: Service
let viewers: { readonly id: UserId; readonly own: PostId }[]
let author: UserId
let shared: PostId

/** The real Worker in workerd, before a real gateway over a real Redis, and an origin that says who asked. */
beforeAll(async () => {
  const runFolder = inject('runFolder')
  const logsDir = path.join(runFolder, 'logs', crypto.randomUUID())
  await mkdir(logsDir, { recursive: true })
  const common = { host: HOST, logsDir, spawnChild: spawnIn(runFolder) }
  const origin = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ from: 'origin', url: request.url, method: request.method }))
  })
  origin.listen(0, HOST)
  await once(origin, 'listening')
  open.defer(() => void origin.close())
  const { port } = origin.address() as { port: number }

  gateway = await startL2Gateway({
    ...common,
    port: await freePort(),
    redisUrl: node().server.url,
    token: L2_TOKEN,
  })
  open.defer(() => gateway.child.stop())
  edge = await startLocalEdge({
    ...common,
    bundle: await bundleEdge(path.join(runFolder, `edge-${crypto.randomUUID()}`), common),
    port: await freePort(),
    originUrl: urlOf(HOST, port),
    l2Url: gateway.url,
    l2Token: L2_TOKEN,
    jwt: {
      secret: 'a-secret-of-at-least-32-characters',
      issuer: 'headwater',
      audience: 'headwater',
    },
  })
  open.defer(() => edge.child.stop())

  world = regionWorld(node().redis)
  author = aUser()
  shared = aPost()
  viewers = Array.from({ length: 10 }, () => ({ id: aUser(), own: aPost() }))
  await world.tick()
  await world.deliver()
  await world.pulled([])
  await world.record(author)
  await world.user(author, 'author')
  await world.post(shared, author)
  for (const { id, own } of viewers) {
    await world.record(id, { follows: new Set([author]) })
    await world.post(own, id)
    await world.timeline(id, [own, shared])
  }
})

afterAll(() => open.disposeAsync())

const get = async (target: string, viewer?: UserId) =>
  fetch(edge.url + target, {
    headers: viewer === undefined ? {} : { authorization: await bearer(viewer) },
  })

describe('the Worker in workerd', () => {
  it('serves the home feed from L2, and keeps what it may in L1', async () => {
    const [first] = viewers
    const path = `/v1/posts/${shared}`
    const response = await get('/v1/feed?mode=latest', first?.id)
    expect(servedBy(response)).toBe('l2')
    expect(idsOf(await pageOf(response))).toEqual([first?.own, shared])

    for (let n = 0; n < 3; n += 1) await world.tick()
    await world.deliver()
    await (await get(path)).text()
    await (await get(path)).text()
    expect(servedBy(await get(path))).toBe('l1')
  })

  it('gives many viewers at once what is theirs, while they share loads', async () => {
    const rounds = Array.from({ length: 20 }, (_, at) => viewers[at % viewers.length])
    const answers = await Promise.all(
      rounds.map(async (viewer) => {
        const [feed, post] = await Promise.all([
          get('/v1/feed?mode=latest', viewer?.id),
          get(`/v1/posts/${shared}`),
        ])
        return {
          viewer,
          ids: idsOf(await pageOf(feed)),
          status: post.status,
          body: await post.text(),
        }
      }),
    )
    for (const { viewer, ids, status, body } of answers) {
      expect(ids).toEqual([viewer?.own, shared])
      expect(status).toBe(200)
      expect(body).toContain(shared)
    }
  })

  it('sends on what it does not answer, and limits by the numbers that it names', async () => {
    const response = await get('/v1/users/me/blocks', viewers[0]?.id)
    expect(servedBy(response)).toBe('origin')
    expect(await response.json()).toMatchObject({ from: 'origin', url: '/v1/users/me/blocks' })

    const config = await readFile(path.resolve(import.meta.dirname, '../../wrangler.toml'), 'utf8')
    const [, limit, period] = /limit = (\d+), period = (\d+)/.exec(config) ?? []
    expect([limit, period].map(Number)).toEqual([
      RATE_LIMIT_REQUESTS_MAX,
      RATE_LIMIT_PERIOD_SECONDS,
    ])
    expect(response.headers.get('ratelimit-policy')).toBe(`"default";q=${limit};w=${period}`)
  })

  it('serves the page, and nothing of the tools beside it', async () => {
    const page = await fetch(`${edge.url}/`)
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.headers.get('cache-control')).not.toBeNull()
    expect(await page.text()).toContain('<html')
    expect((await fetch(`${edge.url}/tsconfig.json`)).status).toBe(404)
  })

  it('answers from the origin without its region, and says why', async () => {
    await gateway.child.stop()
    const response = await get('/v1/feed?mode=latest', viewers[0]?.id)
    expect(servedBy(response)).toBe('origin')
    expect(response.headers.get('server-timing')).toContain('why;desc="no-regions"')
    await response.text()
  })
})
