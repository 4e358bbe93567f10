import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keys } from '../../../shared/keys.ts'
import type { UserId } from '../../../shared/ids.ts'
import { ask, idsOn, write, type Answer } from '../../support/client.ts'
import { connectTo } from '../../support/redis-connection.ts'
import { until } from '../../support/until.ts'
import {
  FEED,
  oneRegion,
  servedByL2,
  warmReader,
  type OneRegion,
  type WarmReader,
} from './one-region.ts'

describe('the whole, seen through the edge', { timeout: 90_000 }, () => {
  const open = new AsyncDisposableStack()
  let world: OneRegion
  let warm: WarmReader

  beforeAll(async () => {
    world = await oneRegion(open)
    warm = await warmReader(world)
  }, 120_000)

  afterAll(() => open.disposeAsync())

  const send = (method: string, target: string, as = warm.author, body?: unknown) =>
    ask(world.edge.url, method, target, { as, body })
  const feed = () => ask(world.edge.url, 'GET', FEED, { as: warm.reader })
  const labelled = (page: Answer) => ({
    status: page.status,
    servedBy: page.servedBy,
    header: page.headers.get('headwater-completeness'),
    completeness: page.json['completeness'],
    missing: page.json['missing'],
    ids: idsOn(page),
  })

  it.each(['hangs', 'is killed'])(
    'reads from Postgres and goes on writing when Redis %s',
    async (fault) => {
      const before = idsOn(await feed())
      if (fault === 'hangs') world.redis.pause()
      else await world.redis.kill()
      const without = {
        status: 200,
        servedBy: 'origin',
        header: 'degraded',
        completeness: 'degraded',
        missing: ['redis'],
      }
      await until(async () => (await feed()).servedBy === 'origin')
      expect(labelled(await feed())).toEqual({ ...without, ids: before })

      const made = await send('POST', '/v1/posts', warm.author, { text: fault })
      expect(made.status).toBe(201)
      const edit = `/v1/posts/${before.at(-1)}`
      expect((await send('PUT', edit, warm.author, { text: 'edited' })).status).toBe(200)
      const id = String(made.json['id'])
      const page = await ask(world.edge.url, 'GET', FEED, { as: warm.reader, token: made.token })
      expect(labelled(page)).toEqual({ ...without, ids: [id, ...before] })
      expect(page.text).toContain('"edited"')

      if (fault === 'hangs') world.redis.resume()
      else await world.redis.start()
      const redis = await connectTo(world.redis.url)
      const list = () => redis.lrange(keys.timeline(warm.reader.id as UserId), 0, -1)
      await until(async () => {
        const { completeness } = labelled(await feed())
        const elements = await list()
        const isWarm = elements.at(-1)?.startsWith('F') === true
        return (
          completeness === 'complete' &&
          isWarm &&
          [id, ...before].every((one) => elements.includes(one))
        )
      }, 30_000)
      expect(labelled(await feed())).toMatchObject({ missing: [], ids: [id, ...before] })
    },
  )

  it.each(['is stopped', 'hangs'])(
    'reads what is warm, and refuses writes whole, when Postgres %s',
    async (fault) => {
      // Redis lost its data in a test before.
      warm = await warmReader(world)
      const { author, reader } = warm
      const ids = idsOn(await feed())
      const [newest = '', second = ''] = ids
      const stranger = (await world.deployed.people(1))[0] ?? author
      const state = () =>
        world.postgres.rows(
          `select (select count(*) from posts) posts, (select count(*) from outbox) events,
                  (select count(*) from post_edits) edits, (select count(*) from follows) follows,
                  (select count(*) from blocks) blocks, (select count(*) from mutes) mutes,
                  (select count(*) from users) users,
                  (select count(*) from idempotency_keys) answers,
                  (select sum(version) from posts) versions,
                  (select sum(relations_version) from users) relations`,
        )
      const before = await state()
      if (fault === 'hangs') world.postgres.pause()
      else await world.postgres.stop()

      const writes: readonly (readonly [string, string, unknown?])[] = [
        ['POST', '/v1/posts', { text: 'refused' }],
        ['PUT', `/v1/posts/${newest}`, { text: 'refused' }],
        ['DELETE', `/v1/posts/${second}`],
        ['PUT', `/v1/users/${stranger.id}/follow`],
        ['DELETE', `/v1/users/${reader.id}/follow`],
        ['PUT', `/v1/users/${reader.id}/block`],
        ['PUT', `/v1/users/${reader.id}/mute`],
        ['PUT', '/v1/users/me', { bio: 'refused' }],
      ]
      const refused = await Promise.all(
        writes.map(([method, target, body]) =>
          ask(world.edge.url, method, target, {
            as: author,
            body,
            headers: method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {},
          }),
        ),
      )
      expect(
        refused.map(({ status, json, headers }) => [
          status,
          json['code'],
          headers.get('retry-after'),
        ]),
      ).toEqual(writes.map(() => [503, 'STORE_UNAVAILABLE', '1']))

      const page = await until(async () => {
        const one = await feed()
        // Until the lease has run out nothing is known to be wrong.
        return one.servedBy === 'origin' && one.json['completeness'] !== 'complete'
          ? one
          : undefined
      })
      expect(labelled(page)).toMatchObject({ status: 200, completeness: 'degraded', ids })
      const post = await ask(world.edge.url, 'GET', `/v1/posts/${newest}`, { as: reader })
      expect([post.status, post.headers.get('headwater-completeness')]).toEqual([200, 'degraded'])

      if (fault === 'hangs') world.postgres.resume()
      else await world.postgres.start()
      await servedByL2(world.edge.url, reader)
      expect(await state()).toEqual(before)
      expect(idsOn(await feed())).toEqual(ids)
      await write(world.edge.url, 'POST', '/v1/posts', { as: author, body: { text: 'goes on' } })
    },
  )
})
