import { describe, expect, it, onTestFinished } from 'vitest'
import { redisInvalidationRegion } from '../../../../origin/adapters/redis/invalidation-region.ts'
import { horizonBelow } from '../../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../../shared/ids.ts'
import { parseLease, parsePulledSetStamp, tags } from '../../../../shared/invalidation.ts'
import { keys } from '../../../../shared/keys.ts'
import { freshRedis } from '../../../support/redis.ts'
import { connectTo } from '../../../support/redis-connection.ts'

async function aRegion() {
  const server = await freshRedis()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const redis = await connectTo(server.url)
  const numbers = async () =>
    (await redis.xrange(keys.invalidationLog, '-', '+')).map(([id]) => Number(id.split('-')[0]))
  return { region: redisInvalidationRegion('here', redis), redis, numbers }
}

const entry = (number: number) => ({
  number,
  tag: tags.post('95' as PostId),
  version: 2,
  xid: 700,
})
const leaseOf = (term: number, lastNumber: number) => ({
  term,
  tick: 9,
  lastNumber,
  atMs: 1_000,
  horizon: horizonBelow(1, 700),
})
const ANN = '1' as UserId

describe('a region in Redis', () => {
  it('appends behind the number that the caller believes to be last, and nowhere else', async () => {
    const { region, redis, numbers } = await aRegion()
    await region.restart(1, 5)

    expect(await region.append(1, 5, [entry(6), entry(7)])).toMatchObject({
      outcome: 'done',
      last: 7,
    })
    expect(await region.append(1, 5, [entry(6)])).toMatchObject({ outcome: 'other-last', last: 7 })
    expect(await numbers()).toEqual([5, 6, 7])
    expect((await redis.xrange(keys.invalidationLog, '7', '7'))[0]?.[1]).toEqual([
      't',
      'p:95',
      'v',
      '2',
      'x',
      '700',
    ])
  })

  it('begins again only with a gap, and takes the lease away with it', async () => {
    const { region, redis } = await aRegion()
    await region.restart(1, 5)
    const { timeMs } = await region.look(1)
    await region.renew(leaseOf(1, 5), timeMs + 500)
    expect(await redis.exists(keys.lease)).toBe(1)

    expect(await region.restart(1, 6)).toMatchObject({ outcome: 'other-last' })
    expect(await redis.exists(keys.lease)).toBe(1)
    expect(await region.restart(1, 7)).toMatchObject({ outcome: 'done', last: 7 })
    expect(await redis.exists(keys.lease)).toBe(0)
  })

  it('refuses everything of an older leader', async () => {
    const { region, redis, numbers } = await aRegion()
    await region.restart(1, 5)
    await region.restart(2, 7)
    const old = [
      await region.look(1),
      await region.restart(1, 9),
      await region.append(1, 7, [entry(8)]),
      await region.renew(leaseOf(1, 7), Date.now() + 60_000),
      await region.publishPulledSet(1, {
        stamp: { version: 1, atMs: 1, horizon: horizonBelow(1, 1) },
        authors: [],
      }),
    ]

    expect(old.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'other-term'))
    expect(await numbers()).toEqual([5, 7])
    expect(await redis.exists(keys.lease, keys.pulledSet, keys.pulledSetHorizon)).toBe(0)
  })

  it('refuses a leader that has not begun there: the log may have gone back to before it', async () => {
    const { region, redis } = await aRegion()
    await region.restart(1, 5)

    expect(await region.append(2, 5, [entry(6)])).toMatchObject({ outcome: 'other-last' })
    expect(await region.renew(leaseOf(2, 5), Date.now() + 60_000)).toMatchObject({
      outcome: 'other-last',
    })
    expect(await redis.exists(keys.lease)).toBe(0)
  })

  it('holds a lease by its own clock, of a log that ends where it says', async () => {
    const { region, redis } = await aRegion()
    await region.restart(1, 5)
    const { timeMs } = await region.look(1)

    expect(await region.renew(leaseOf(1, 4), timeMs + 500)).toMatchObject({ outcome: 'other-last' })
    expect(await redis.exists(keys.lease)).toBe(0)
    await region.renew(leaseOf(1, 5), timeMs + 500)
    expect(parseLease((await redis.get(keys.lease)) ?? '')).toEqual(leaseOf(1, 5))
    expect(await redis.pexpiretime(keys.lease)).toBe(timeMs + 500)
  })

  it('lets a lease that arrives too late be dead, the one before it too', async () => {
    const { region, redis } = await aRegion()
    await region.restart(1, 5)
    const { timeMs } = await region.look(1)
    await region.renew(leaseOf(1, 5), timeMs + 60_000)
    await region.renew(leaseOf(1, 5), timeMs - 1)

    expect(await redis.exists(keys.lease)).toBe(0)
  })

  it('stamps the pulled set with each tick, and writes the authors where they are missing', async () => {
    const { region, redis } = await aRegion()
    await region.restart(1, 5)
    const stamp = { version: 3, atMs: 1, horizon: horizonBelow(1, 10) }
    await region.publishPulledSet(1, { stamp, authors: [ANN] })
    expect(JSON.parse((await redis.get(keys.pulledSet)) ?? '')).toEqual({
      version: 3,
      authors: [ANN],
    })
    const later = { ...stamp, atMs: 2, horizon: horizonBelow(1, 20) }
    await region.publishPulledSet(1, { stamp: later, authors: [ANN] })
    expect(parsePulledSetStamp((await redis.get(keys.pulledSetHorizon)) ?? '')).toEqual(later)

    await redis.del(keys.pulledSet)
    await region.publishPulledSet(1, { stamp: later, authors: [ANN] })
    expect(await redis.exists(keys.pulledSet)).toBe(1)
  })

  it('keeps a bounded log', async () => {
    const { region, redis } = await aRegion()
    await region.restart(1, 5)
    let last = 5
    for (let round = 0; round < 90; round += 1) {
      const entries = Array.from({ length: 250 }, (_, at) => entry(last + 1 + at))
      await region.append(1, last, entries)
      last += 250
    }

    expect(await redis.xlen(keys.invalidationLog)).toBeLessThan(20_200)
    expect((await region.look(1)).last).toBe(last)
  })
})
