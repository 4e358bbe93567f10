import { describe, expect, it } from 'vitest'
import type { UserId } from '../../../shared/ids.ts'
import { hasXid } from '../../../shared/horizon.ts'
import { parsePulledSetStamp } from '../../../shared/invalidation.ts'
import { keys } from '../../../shared/keys.ts'
import { keepSnapshot } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { relayWorld, type RegionUnderTest } from './relay-world.ts'

const isDense = (numbers: readonly number[]) =>
  numbers.every((number, at) => at === 0 || number === (numbers[at - 1] ?? 0) + 1)

const hasLease = async (region: RegionUnderTest) => (await region.lease()) !== undefined

describe('a relay that leads', () => {
  it('makes dense ticks, with times that are not after their horizons', async () => {
    const world = await relayWorld()
    await world.process()
    const ticks = async () =>
      (await world.pool.query<{ n: string; horizon: string }>('select * from ticks order by n'))
        .rows
    await until(async () => (await ticks()).length >= 4)

    expect((await ticks()).slice(0, 4).map(({ n }) => Number(n))).toEqual([1, 2, 3, 4])
  })

  it('brings invalidations to every region under the same dense numbers, with a lease', async () => {
    const world = await relayWorld(2)
    const [here, there] = world.regions as [RegionUnderTest, RegionUnderTest]
    await world.process()
    await until(async () => (await hasLease(here)) && (await hasLease(there)))
    await Promise.all(Array.from({ length: 20 }, (_, at) => world.edit(`9${at}`, 2)))
    const xid = await world.edit('95', 3)
    await until(async () => (await here.entries()).includes('p:95@3'))
    await until(async () => (await there.entries()).includes('p:95@3'))
    // Read at once: number and lease of one moment.
    const lease = await until(async () => {
      const held = await here.lease()
      return held !== undefined && hasXid(held.horizon, xid) && held
    })

    expect(await here.numbers()).toEqual(await there.numbers())
    expect(isDense(await here.numbers())).toBe(true)
    expect((await here.entries()).filter((each) => each !== 'p:0@0')).toHaveLength(21)
    expect(lease.lastNumber).toBe((await here.numbers()).at(-1))
    expect(await here.redis.pttl(keys.lease)).toBeLessThanOrEqual(500)
  })

  it('invalidates the record of each viewer of a relationship, and no profile', async () => {
    const world = await relayWorld()
    const [here] = world.regions as [RegionUnderTest]
    await world.process()
    await until(() => hasLease(here))
    const viewers = [
      { viewer: '7', version: 2 },
      { viewer: '8', version: 5 },
    ]
    for (const event of [
      { type: 'user.changed', user: '7', version: 2 },
      { type: 'relation.changed', kind: 'block', from: '7', to: '8', viewers },
    ]) {
      await world.pool.query('insert into outbox (partition, key, event) values (0, $1, $2)', [
        '7',
        JSON.stringify(event),
      ])
    }
    await until(async () => (await here.entries()).includes('v:8@5'))

    expect((await here.entries()).slice(1)).toEqual(['v:7@2', 'v:8@5'])
  })

  it('keeps its lease although something that is no event of ours lies in the outbox', async () => {
    const world = await relayWorld()
    const [here] = world.regions as [RegionUnderTest]
    const { failures } = await world.process()
    await until(() => hasLease(here))
    for (const event of ['null', '{"type":"relation.changed"}']) {
      await world.pool.query(`insert into outbox (partition, key, event) values (0, '1', $1)`, [
        event,
      ])
    }
    await world.edit('95', 2)
    await until(async () => (await here.entries()).includes('p:95@2'))

    expect(await hasLease(here)).toBe(true)
    expect(failures).toEqual([])
  })

  it('publishes the pulled set with each tick', async () => {
    const world = await relayWorld()
    const [{ redis }] = world.regions as [RegionUnderTest]
    const stamp = async () => parsePulledSetStamp((await redis.get(keys.pulledSetHorizon)) ?? '')
    const authors = async () =>
      (JSON.parse((await redis.get(keys.pulledSet)) ?? '{}') as { authors?: string[] }).authors
    await world.process()
    const first = await until(stamp)
    world.pulled.add('7' as UserId)
    await until(async () => (await authors())?.includes('7') === true)
    const second = await until(stamp)
    await until(async () => ((await stamp())?.atMs ?? 0) > second.atMs)

    expect(second.version).toBeGreaterThan(first.version)
    expect((await stamp())?.version).toBe(second.version)
    await redis.flushall()
    await until(async () => (await authors())?.includes('7') === true)
  })
})

describe('two relays', () => {
  it('lead one at a time; when the session of one dies the other begins with a gap', async () => {
    const world = await relayWorld()
    const [here] = world.regions as [RegionUnderTest]
    const first = await world.process()
    await until(() => hasLease(here))
    const second = await world.process()
    await world.edit('95', 2)
    await until(async () => (await here.entries()).includes('p:95@2'))
    const before = await here.numbers()
    expect(second.terms).toEqual([])
    // The first keeps its process, its timers and its Redis: only its session is gone.
    await world.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'headwater-leader'
       and datname = current_database()`,
    )
    // What is committed before the new leader begins lies behind the gap, and needs no entry.
    await until(async () => ((await here.lease())?.term ?? 0) > (first.terms[0] ?? 0))
    await world.edit('96', 2)
    await until(async () => (await here.entries()).includes('p:96@2'))
    await until(() => hasLease(here))
    const after = await here.numbers()

    expect(after.slice(0, before.length)).toEqual(before)
    expect(after[before.length]).toBeGreaterThan((before.at(-1) ?? 0) + 1)
    expect(isDense(after.slice(before.length))).toBe(true)
    expect((await here.lease())?.term).toBe(Math.max(...first.terms, ...second.terms))
    expect(
      (await world.pool.query('select n from ticks group by n having count(*) > 1')).rows,
    ).toEqual([])
  })

  it('hands over when the leader ends, within a second', async () => {
    const world = await relayWorld()
    const [here] = world.regions as [RegionUnderTest]
    const first = await world.process()
    await until(() => hasLease(here))
    const second = await world.process()
    await first.stop()
    await until(() => second.terms.length > 0, 1_500)
    await until(async () => (await here.lease())?.term === second.terms[0])

    expect(first.failures).toEqual([])
  })
})

describe('a region that fails', () => {
  it('has a new start and no lease from before it, after it was flushed', async () => {
    const world = await relayWorld()
    const [here] = world.regions as [RegionUnderTest]
    await world.process()
    const before = await until(() => here.lease())
    await world.edit('95', 2)
    await until(async () => (await here.entries()).includes('p:95@2'))
    const last = (await here.numbers()).at(-1) ?? 0
    await here.redis.flushall()
    const after = await until(() => here.lease())

    expect((await here.numbers())[0]).toBeGreaterThan(last + 1)
    expect(after.tick).toBeGreaterThan(before.tick)
    expect(after.lastNumber).toBe((await here.numbers()).at(-1))
  })

  it('shows a gap where a roll-back lost entries, and no lease before it', async () => {
    const world = await relayWorld(2)
    const [here, there] = world.regions as [RegionUnderTest, RegionUnderTest]
    await world.process()
    await until(async () => (await hasLease(here)) && (await hasLease(there)))
    await world.edit('95', 2)
    await until(async () => (await here.entries()).includes('p:95@2'))
    await here.redis.save()
    const snapshot = await keepSnapshot(here.server)
    const kept = await here.numbers()
    await world.edit('96', 2)
    await world.edit('97', 2)
    await until(async () => (await here.entries()).includes('p:97@2'))
    await here.server.kill()
    await snapshot.restore()
    await here.server.start()
    const lost = (await there.numbers()).at(-1) ?? 0
    await until(async () => {
      // The lease in the snapshot may live for the rest of its half second: it promised no more than it held.
      const lease = here.redis.status === 'ready' ? await here.lease() : undefined
      return lease !== undefined && lease.lastNumber > lost
    })
    const numbers = await here.numbers()

    expect(numbers.slice(0, kept.length)).toEqual(kept)
    expect(numbers[kept.length]).toBeGreaterThan((kept.at(-1) ?? 0) + 1)
    expect((await here.lease())?.lastNumber).toBe(numbers.at(-1))
    // The other one lost nothing, and sees no gap.
    expect(isDense(await there.numbers())).toBe(true)
    expect((await there.numbers()).at(-1)).toBe(numbers.at(-1))
  })

  it('costs only its own lease, and begins with a gap when it is back', async () => {
    const world = await relayWorld(2)
    const [here, there] = world.regions as [RegionUnderTest, RegionUnderTest]
    await world.process()
    await until(async () => (await hasLease(here)) && (await hasLease(there)))
    const kept = await here.numbers()
    here.server.pause()
    const heldAt: number[] = []
    for (let round = 0; round < 8; round += 1) {
      const xid = await world.edit(`9${round}`, 2)
      await until(async () => {
        const lease = await there.lease()
        return lease !== undefined && hasXid(lease.horizon, xid)
      }, 1_500)
      heldAt.push(round)
    }
    here.server.resume()
    await until(async () => here.redis.status === 'ready' && (await hasLease(here)))
    const numbers = await here.numbers()

    expect(heldAt).toHaveLength(8)
    expect(isDense(await there.numbers())).toBe(true)
    const fresh = numbers.filter((number) => number > (kept.at(-1) ?? 0))
    // What was on its way when it hung may have arrived; where it stopped there is a gap.
    expect(isDense(numbers)).toBe(false)
    expect(fresh.at(-1)).toBe((await there.numbers()).at(-1))
  })

  it('has no lease while the outbox does not answer', async () => {
    const world = await relayWorld()
    const [here] = world.regions as [RegionUnderTest]
    let goOn: (() => void) | undefined
    await world.process((real) => ({
      ...real,
      async read(after) {
        if (goOn !== undefined) await new Promise<void>((resolve) => (goOn = resolve))
        return real.read(after)
      },
    }))
    await until(() => hasLease(here))
    goOn = () => undefined
    await until(async () => !(await hasLease(here)), 3_000)
    await world.edit('95', 2)
    expect(await hasLease(here)).toBe(false)
    const held = goOn
    goOn = undefined
    held()
    await until(() => hasLease(here))

    expect(await here.entries()).toContain('p:95@2')
  })

  it('is followed on from a log that is ahead of a restored Postgres', async () => {
    const world = await relayWorld()
    const [here] = world.regions as [RegionUnderTest]
    await here.redis.xadd(keys.invalidationLog, '500-0', 't', 'p:1', 'v', '1', 'x', '1')
    await world.process()
    await until(() => hasLease(here))

    expect((await here.numbers())[1]).toBeGreaterThan(501)
  })
})
