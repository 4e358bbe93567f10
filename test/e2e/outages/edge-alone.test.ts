import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Service } from '../../../scripts/local/services.ts'
import { ORIGIN_DEADLINE_MS, PUBLIC_STALE_MS_MAX } from '../../../shared/limits.ts'
import { ask, idsOn, type Answer } from '../../support/client.ts'
import { RECOMPOSED_WORKER } from '../../support/deployment.ts'
import { until } from '../../support/until.ts'
import {
  FEED,
  oneRegion,
  servedByL2,
  warmReader,
  type OneRegion,
  type WarmReader,
} from './one-region.ts'

describe('the edge', { timeout: 60_000 }, () => {
  const open = new AsyncDisposableStack()
  let world: OneRegion
  let warm: WarmReader
  let post: string
  let origin: Service

  beforeAll(async () => {
    // The real Worker; its clock can be moved.
    world = await oneRegion(open, { worker: RECOMPOSED_WORKER })
    origin = world.origin
    warm = await warmReader(world)
    post = `/v1/posts/${warm.posts[0]}`
  }, 120_000)

  afterAll(() => open.disposeAsync())

  const get = (target: string, as = warm.reader) => ask(world.edge.url, 'GET', target, { as })
  const anonymously = (target: string) => ask(world.edge.url, 'GET', target)
  const inL1 = () => until(async () => (await anonymously(post)).servedBy === 'l1', 20_000)
  const said = ({ status, json, servedBy, headers }: Answer) => ({
    status,
    code: json['code'],
    servedBy,
    completeness: headers.get('headwater-completeness'),
    retryAfter: headers.get('retry-after'),
    cacheControl: headers.get('cache-control'),
  })
  const kill = async ({ child }: Service) => {
    process.kill(child.pid, 'SIGKILL')
    await child.ended
  }
  const UNAVAILABLE = {
    status: 503,
    code: 'STORE_UNAVAILABLE',
    servedBy: null,
    completeness: null,
    retryAfter: '1',
    cacheControl: 'private, no-store',
  }
  const STALE = {
    status: 200,
    code: undefined,
    servedBy: 'l1',
    completeness: 'degraded',
    retryAfter: null,
    cacheControl: 'private, no-store',
  }

  it('without the origin serves on for 2 s, then only what is public, and says so', async () => {
    await inL1()
    await kill(origin)
    const killedAt = performance.now()
    const first = await get(FEED)
    expect({ ...said(first), ids: idsOn(first) }).toMatchObject({
      status: 200,
      servedBy: 'l2',
      completeness: 'complete',
      ids: warm.posts,
    })
    const bearers = [FEED, '/v1/feed', post, `/v1/users/${warm.author.id}`]
    for (const target of bearers) {
      await until(async () => (await get(target)).status === 503)
      expect(said(await get(target)), target).toEqual(UNAVAILABLE)
    }
    expect(performance.now() - killedAt).toBeLessThan(2_000 + bearers.length * ORIGIN_DEADLINE_MS)
    const body = { text: 'refused' }
    const refused = await ask(world.edge.url, 'POST', '/v1/posts', { as: warm.author, body })
    expect(said(refused)).toEqual(UNAVAILABLE)

    const stale = await until(async () => {
      const one = await anonymously(post)
      return one.headers.get('headwater-completeness') === 'degraded' ? one : undefined
    })
    expect({ ...said(stale), text: stale.json['text'] }).toEqual({ ...STALE, text: 'three' })
  })

  it('serves everything again when the origin is back', async () => {
    origin = await world.deployed.origin()
    await servedByL2(world.edge.url, warm.reader)
    const page = await get(FEED)
    expect(idsOn(page)).toEqual(warm.posts)
    await inL1()
  })

  it.each(['hangs', 'is gone'])(
    'serves everything from the origin when its region %s, and says so',
    async (fault) => {
      if (fault === 'hangs') process.kill(world.gateway.child.pid, 'SIGSTOP')
      else await kill(world.gateway)
      const user = `/v1/users/${warm.author.id}`
      for (const target of [FEED, '/v1/feed', post, user, `${user}/posts`]) {
        const answer = await until(async () => {
          const one = await get(target)
          // What L1 holds may be served for a second.
          return one.servedBy === 'l1' ? undefined : one
        })
        expect({ target, ...said(answer) }).toMatchObject({
          target,
          status: 200,
          servedBy: 'origin',
          completeness: 'complete',
        })
        const why = answer.headers.get('server-timing')
        expect(why).toMatch(/why;desc="(no-regions|first-ranked-page)"/)
      }
      const body = { text: fault }
      const made = await ask(world.edge.url, 'POST', '/v1/posts', { as: warm.author, body })
      expect(made.status).toBe(201)
      expect(idsOn(await get(FEED))[0]).toBe(made.json['id'])
    },
  )

  it('with neither shows public posts for a minute, and says so', async () => {
    await kill(origin)
    expect(said(await anonymously(post))).toEqual(STALE)
    expect(said(await get(FEED))).toEqual(UNAVAILABLE)
    expect(said(await get(post))).toEqual(UNAVAILABLE)

    const body = { clockAheadMs: PUBLIC_STALE_MS_MAX }
    await ask(world.edge.url, 'PUT', '/v1/recomposition', { body })
    expect(said(await anonymously(post))).toEqual(UNAVAILABLE)
  })
})
