import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { redisDeliveryStore } from '../../../../origin/adapters/redis/delivery-store.ts'
import { invalidationRegion } from '../../../../origin/adapters/redis/invalidation-region.ts'
import { redisListStore } from '../../../../origin/adapters/redis/list-store.ts'
import { redisWaves } from '../../../../origin/adapters/redis/waves.ts'
import type { DeliverySession } from '../../../../origin/ports/delivery-store.ts'
import { AppError } from '../../../../shared/errors.ts'
import { THE_BEGINNING, type PostId } from '../../../../shared/ids.ts'
import { allBuckets, bucketOf, keys } from '../../../../shared/keys.ts'
import { aGeneration, aHorizon, aMark, aPost, aUser } from '../../../support/feed-builders.ts'
import { aRedisCluster } from '../../../support/redis-cluster.ts'
import { slotOnItsWay } from '../../../support/redis-slot.ts'
import { until } from '../../../support/until.ts'

const redis = aRedisCluster()
const postsMax = () => 20
const deliveryStore = () => redisDeliveryStore({ ...redis().servers, postsMax })
const listStore = () => redisListStore({ nodes: redis().nodes, newToken: randomUUID, postsMax })

/** A timeline in a bucket of its own life, with one post. */
async function aTimeline() {
  const [viewer, post] = [aUser(), aPost()]
  const list = keys.timeline(viewer)
  await listStore().warm(list, async () => ({
    ids: [post],
    floor: THE_BEGINNING,
    horizon: aHorizon(),
  }))
  return { viewer, list, post, watermark: keys.watermark(bucketOf(viewer)) }
}

beforeEach(async () => {
  await redis().cluster.toPrimaries('FLUSHALL')
  await inSession(async (session) => {
    await session.watermarks()
    await session.begin(allBuckets, aGeneration(1), aMark(1))
  })
})

/**
 * As delivery does it: a session that ends is begun again. A node that has not yet heard of the last
 * change ends it with a redirect.
 */
async function inSession(work: (session: DeliverySession) => Promise<void>): Promise<void> {
  await until(async () => {
    try {
      await using session = await deliveryStore().open()
      await work(session)
      return true
    } catch (error) {
      if (error instanceof AppError && error.code === 'STORE_UNAVAILABLE') return false
      throw error
    }
  })
}

const idsIn = async (list: ReturnType<typeof keys.timeline>): Promise<readonly PostId[]> => {
  const { lists } = await redisWaves({ nodes: redis().nodes }).send({ lists: [list] })
  return lists.get(list)?.ids ?? []
}

const REJECTED = [() => false, () => true] as const
const NOT_YET = () => false

describe('a slot on its way to another node', () => {
  it('is read where each key is', async () => {
    const { list, post, watermark } = await aTimeline()
    const slot = await slotOnItsWay(redis().cluster, list)
    await slot.carry([list])
    expect(await idsIn(list)).toEqual([post])

    await slot.carry([watermark])
    expect(await idsIn(list)).toEqual([post])
    await slot.arrive()
    expect(await idsIn(list)).toEqual([post])
  })

  it('takes pushes of readers where the list is', async () => {
    const { list, post } = await aTimeline()
    const slot = await slotOnItsWay(redis().cluster, list)
    await slot.carry([list])
    const next = aPost()
    await listStore().push([list], next)
    await slot.carryAll()
    await slot.arrive()

    expect(new Set(await idsIn(list))).toEqual(new Set([post, next]))
  })

  it('ends a delivery session, and the next one finds the watermark where it went', async () => {
    const { viewer, list, post } = await aTimeline()
    const slot = await slotOnItsWay(redis().cluster, list)
    const session = await deliveryStore().open()
    await slot.carry([list])
    await expect(session.push([list], aPost())).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    await expect(session.watermarks()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await slot.carryAll()
    await slot.arrive()

    const again = aPost()
    await inSession(async (next) => {
      const found = (await next.watermarks()).get(bucketOf(viewer))
      expect(found?.marks[3]).toEqual(aMark(1))
      await next.push([list], again)
    })
    expect(new Set(await idsIn(list))).toEqual(new Set([post, again]))
  })

  it('ends a session that was opened before it arrived', async () => {
    const { list } = await aTimeline()
    const session = await deliveryStore().open()
    const slot = await slotOnItsWay(redis().cluster, list)
    await slot.carryAll()
    await slot.arrive()

    await expect(session.watermarks()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

describe('a replica that takes over', () => {
  it('is found by pages, and by the next delivery session', async () => {
    const { cluster, map } = redis()
    const { list, post } = await aTimeline()
    const session = await deliveryStore().open()
    const before = map.primaryOf(list)
    const replica = cluster.connectTo(await cluster.replicaOf(before))
    await replica.cluster('FAILOVER')
    // The old primary answers until it has heard of it.
    await until(() => session.watermarks().then(...REJECTED))
    const again = aPost()
    await inSession((next) => next.push([list], again))
    expect(map.primaryOf(list)).not.toBe(before)
    await until(() => idsIn(list).then((ids) => ids.includes(again), NOT_YET))
    expect(new Set(await idsIn(list))).toEqual(new Set([post, again]))
  })
})

describe('the invalidation log on a cluster', () => {
  it('lies on one node with its lease', async () => {
    const region = invalidationRegion('here', redis().nodes)
    expect(await region.restart(1, 5)).toMatchObject({ outcome: 'done', last: 5 })
    const { timeMs } = await region.look(1)
    const lease = { term: 1, tick: 9, lastNumber: 5, atMs: 1_000, horizon: aHorizon() }
    expect(await region.renew(lease, timeMs + 500)).toMatchObject({ outcome: 'done' })
  })
})
