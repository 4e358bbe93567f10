import { describe, expect, it } from 'vitest'
import type { InvalidationRegion, RegionAnswer } from '../../../origin/ports/invalidation-region.ts'
import { regionKeeper, type SeenTick } from '../../../origin/relay/region-keeper.ts'
import { horizonBelow } from '../../../shared/horizon.ts'
import { LEASE_TICK_AGE_MS_MAX } from '../../../shared/limits.ts'
import { until } from '../../support/until.ts'

const BEGAN = horizonBelow(1, 10)
const tick = (n: number, madeAt: number): SeenTick => ({
  n,
  horizon: horizonBelow(1, 100 + n),
  atMs: n,
  madeAt,
})

/** A keeper on a region that says yes, and a time that stands still unless told to go on. */
function aKeeper() {
  let nowMs = 0
  let asked = 0
  const renewed: number[] = []
  const yes = (): Promise<RegionAnswer> => {
    asked += 1
    return Promise.resolve({ outcome: 'done', last: 0, timeMs: nowMs })
  }
  const region: InvalidationRegion = {
    name: 'here',
    look: yes,
    restart: yes,
    append: yes,
    publishPulledSet: yes,
    renew({ tick: n }) {
      renewed.push(n)
      return yes()
    },
  }
  const ending = new AbortController()
  const sleepers = new Set<() => void>()
  const keeper = regionKeeper({
    region,
    term: 1,
    pace: {
      now: () => nowMs,
      random: () => 0.5,
      sleep: (_, signal) =>
        new Promise((resolve) => {
          sleepers.add(resolve)
          signal.addEventListener('abort', () => resolve())
        }),
    },
    onWaiting: () => undefined,
    onFailure: (error) => {
      throw error
    },
  })
  const running = keeper.run(ending.signal)
  return {
    keeper,
    renewed,
    asked: () => asked,
    pass(ms: number) {
      nowMs += ms
      for (const wake of sleepers) wake()
      sleepers.clear()
    },
    now: () => nowMs,
    /** An outbox that was read to its end at this moment. */
    readAll: (seen?: SeenTick) => keeper.take({ entries: [], completeAt: nowMs, tick: seen }),
    async [Symbol.asyncDispose]() {
      ending.abort()
      await running
    },
  }
}

describe('a region’s keeper', () => {
  it.each([
    ['read before it slept', [1]],
    ['made before it slept, and read after', []],
  ])('renews no lease on a tick that was %s, and goes on with the next', async (_, before) => {
    await using world = aKeeper()
    const { keeper, renewed } = world
    await until(() => keeper.waitsAbove() !== undefined)
    keeper.restart(2, BEGAN)
    for (const n of before) {
      world.readAll(tick(n, 0))
      await until(() => renewed.length === 1)
    }

    world.pass(LEASE_TICK_AGE_MS_MAX + 1)
    world.readAll()
    world.readAll(tick(1, 0))
    // Published after the lease would have been renewed: so it was not.
    const asked = world.asked()
    keeper.publish({
      stamp: { version: 1, atMs: 1, horizon: BEGAN },
      authors: [],
    })
    await until(() => world.asked() > asked)
    expect(renewed).toEqual(before)

    world.readAll(tick(2, world.now()))
    await until(() => renewed.includes(2))
    expect(renewed).toEqual([...before, 2])
  })
})
