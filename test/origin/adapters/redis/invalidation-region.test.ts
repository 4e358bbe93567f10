import { describe, expect, it, onTestFinished } from 'vitest'
import { redisInvalidationRegion } from '../../../../origin/adapters/redis/invalidation-region.ts'
import { horizonBelow } from '../../../../shared/horizon.ts'
import type { UserId } from '../../../../shared/ids.ts'
import { keys } from '../../../../shared/keys.ts'
import { aLease, anEntry } from '../../../support/invalidation-builders.ts'
import { freshRedis } from '../../../support/redis.ts'
import { connectTo } from '../../../support/redis-connection.ts'

async function aRegion() {
  const server = await freshRedis()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const redis = await connectTo(server.url)
  return { region: redisInvalidationRegion('here', redis), redis }
}

const ANN = '1' as UserId

describe('a region in Redis, beside its contract', () => {
  it('holds a lease by its own clock', async () => {
    const { region, redis } = await aRegion()
    await region.restart(1, 5)
    const { timeMs } = await region.look(1)

    await region.renew(aLease(1, 5), timeMs + 500)
    expect(await redis.pexpiretime(keys.lease)).toBe(timeMs + 500)
  })

  it('writes the authors of the pulled set where they are missing', async () => {
    const { region, redis } = await aRegion()
    await region.restart(1, 5)
    const stamp = { version: 3, atMs: 1, horizon: horizonBelow(1, 10) }
    await region.publishPulledSet(1, { stamp, authors: [ANN] })
    await redis.del(keys.pulledSet)
    await region.publishPulledSet(1, { stamp, authors: [ANN] })
    expect(await redis.exists(keys.pulledSet)).toBe(1)
  })

  it('keeps a bounded log', async () => {
    const { region, redis } = await aRegion()
    await region.restart(1, 5)
    let last = 5
    for (let round = 0; round < 90; round += 1) {
      const entries = Array.from({ length: 250 }, (_, at) => anEntry(last + 1 + at))
      await region.append(1, last, entries)
      last += 250
    }

    expect(await redis.xlen(keys.invalidationLog)).toBeLessThan(20_200)
    expect((await region.look(1)).last).toBe(last)
  })
})
