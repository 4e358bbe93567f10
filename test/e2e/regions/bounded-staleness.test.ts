import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Service } from '../../../scripts/local/services.ts'
import { keys } from '../../../shared/keys.ts'
import { ask } from '../../support/client.ts'
import { edgeBundle, PRODUCT_WORKER, RECOMPOSED_WORKER } from '../../support/deployment.ts'
import { until } from '../../support/until.ts'
import { trial, type Way } from './trial.ts'
import { LAG_MS, twoRegions, type TwoRegions } from './two-regions.ts'
import type { Watched } from './watch.ts'

/** Promise 4: of a delete, an edit and a block, at every edge. */
const STALE_MS_MAX = 2_000

describe('between two Workers, one region 300 ms behind the other', { timeout: 60_000 }, () => {
  const open = new AsyncDisposableStack()
  let world: TwoRegions
  let near: Service
  let far: Service
  /** Reads the late region too, with a clock that tests set. */
  let clocked: Service
  let bothWays: readonly Way[]

  beforeAll(async () => {
    const [bundle, recomposed] = await Promise.all([
      edgeBundle(PRODUCT_WORKER),
      edgeBundle(RECOMPOSED_WORKER),
    ])
    world = open.use(await twoRegions())
    ;[near, far, clocked] = await Promise.all([
      world.deployed.edge({ gateways: [world.gateways.near], bundle }),
      world.deployed.edge({ gateways: [world.gateways.far], bundle }),
      world.deployed.edge({ gateways: [world.gateways.far], bundle: recomposed }),
    ])
    bothWays = [
      { writesAt: near.url, readsAt: far.url },
      { writesAt: far.url, readsAt: near.url },
    ]
  }, 120_000)

  afterAll(() => open.disposeAsync())

  it('a change through one is seen through the other within 2 s', async () => {
    expect(faultsOf(await trial(world.deployed, { ways: bothWays }))).toEqual([])
  })

  it.each(['before', 'after'])('… also when the replica is cut off just %s it', async (when) => {
    // What was on its way to the replica is lost with the line.
    const watched = await trial(world.deployed, {
      ways: bothWays,
      [when]: () => world.link.cut(),
    })
    world.link.heal()
    await world.settled()
    expect(faultsOf(watched)).toEqual([])
  })

  it.each([0, 1])('… also when the log is trimmed to %i', async (left) => {
    const { primary } = world.ask
    let isOver = false
    let trimming = Promise.resolve()
    const trim = async () => {
      // Each entry is gone before the replica, or the poll of an isolate, can read it.
      while (!isOver) await primary.xtrim(keys.invalidationLog, 'MAXLEN', left)
    }
    const watched = await trial(world.deployed, {
      ways: bothWays,
      before: () => {
        trimming = trim()
      },
      after: async () => {
        await until(async () => (await primary.xlen(keys.invalidationLog)) <= left)
        setTimeout(() => (isOver = true), LAG_MS)
      },
    })
    await trimming
    await world.settled()
    expect(faultsOf(watched)).toEqual([])
  })

  it('… also when its node is rolled back to before the change', async () => {
    const watched = await trial(world.deployed, {
      ways: bothWays,
      before: async () => void (await world.ask.primary.save()),
      async after() {
        await world.primary.kill()
        await world.primary.start()
      },
    })
    await world.settled()
    expect(faultsOf(watched)).toEqual([])
  })

  it.each([5, -5])('… also when its clock is %i minutes ahead', async (minutes) => {
    const body = { clockAheadMs: minutes * 60_000 }
    await ask(clocked.url, 'PUT', '/v1/recomposition', { body })
    // Its clock was never another: the isolate begins with it.
    await ask(clocked.url, 'PUT', '/v1/recomposition', { body: {} })
    const watched = await trial(world.deployed, {
      ways: [
        { writesAt: near.url, readsAt: clocked.url },
        { writesAt: clocked.url, readsAt: near.url },
      ],
    })
    expect(faultsOf(watched)).toEqual([])
  })
})

/** What breaks the promise, in words. */
function faultsOf(watched: readonly Watched[]): readonly string[] {
  console.log(
    watched.map(({ name, lastOldMs }) => `${name}: ${Math.round(lastOldMs)} ms`).join('; '),
  )
  // Nobody was shown anything old: then nobody was asked in time.
  const isBlind = watched.every(({ lastOldMs }) => lastOldMs === 0)
  return [
    ...(isBlind ? ['the test was blind'] : []),
    ...watched.flatMap(({ name, failures }) => failures.map((failure) => `${name}: ${failure}`)),
    ...watched
      .filter(({ lastOldMs }) => lastOldMs > STALE_MS_MAX)
      .map(({ name, lastOldMs }) => `${name}: old after ${lastOldMs} ms`),
  ]
}
