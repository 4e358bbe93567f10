import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Service } from '../../../scripts/local/services.ts'
import { until as poll } from '../../../scripts/local/until.ts'
import { ask, idsOn, write } from '../../support/client.ts'
import { until } from '../../support/until.ts'
import { oneRegion, servedByL2, warmReader, type OneRegion, type WarmReader } from './one-region.ts'

const ROUNDS = 4
const POSTS_A_ROUND = 5
/** Slow enough for the edge's limit on requests, however long the origin takes to begin again. */
const RETRY_EVERY_MS = 250

describe('an origin that is killed', { timeout: 120_000 }, () => {
  const open = new AsyncDisposableStack()
  let world: OneRegion
  let warm: WarmReader
  let origin: Service

  beforeAll(async () => {
    world = await oneRegion(open)
    origin = world.origin
    warm = await warmReader(world, [])
  }, 120_000)

  afterAll(() => open.disposeAsync())

  /** Asks again, with the same key, until it is acknowledged: as a client does. */
  const publish = (text: string) => {
    const headers = { 'idempotency-key': crypto.randomUUID() }
    return poll(
      async () => {
        const request = { as: warm.author, body: { text }, headers }
        const made = await ask(world.edge.url, 'POST', '/v1/posts', request)
        return made.status === 201 ? String(made.json['id']) : undefined
      },
      { deadlineMs: 30_000, everyMs: RETRY_EVERY_MS, what: text },
    )
  }

  async function walk(target: string): Promise<readonly string[]> {
    const ids: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? 'limit=3' : `limit=3&cursor=${cursor}`
      const page = await write(world.edge.url, 'GET', `${target}${query}`, { as: warm.reader })
      ids.push(...idsOn(page))
      cursor = page.json['nextCursor'] as string | null
    }
    return ids
  }

  it('between commit and delivery loses no post and shows none twice', async () => {
    const acknowledged: string[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      // In every other round nothing can be delivered before the end; in the rest the end comes anywhere.
      const isHeld = round % 2 === 0
      if (isHeld) world.redis.pause()
      const texts = Array.from({ length: POSTS_A_ROUND }, (_, at) => `round ${round}, post ${at}`)
      const publishing = Promise.all(
        texts.map(async (text) => {
          acknowledged.push(await publish(text))
        }),
      )
      await until(() => acknowledged.length > round * POSTS_A_ROUND + round)
      await delay(Math.random() * 5)
      process.kill(origin.child.pid, 'SIGKILL')
      await origin.child.ended
      if (isHeld) world.redis.resume()
      origin = await world.deployed.origin()
      await publishing
    }

    const committed = await world.postgres.rows('select id::text from posts order by id desc')
    const expected = committed.map(({ id }) => String(id))
    expect(expected).toHaveLength(ROUNDS * POSTS_A_ROUND)
    expect(acknowledged.toSorted().toReversed()).toEqual(expected)

    // From the list that deliveries went to, not from Postgres.
    await servedByL2(world.edge.url, warm.reader)
    const page = await ask(world.edge.url, 'GET', '/v1/feed?mode=latest&limit=50', {
      as: warm.reader,
    })
    expect([page.servedBy, page.json['completeness']]).toEqual(['l2', 'complete'])
    expect(idsOn(page)).toEqual(expected)
    expect(await walk('/v1/feed?mode=latest&')).toEqual(expected)
    expect(await walk(`/v1/users/${warm.author.id}/posts?`)).toEqual(expected)
    expect((await walk('/v1/feed?')).toSorted().toReversed()).toEqual(expected)
  })
})
