import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Service } from '../../../scripts/local/services.ts'
import { ask } from '../../support/client.ts'
import { edgeBundle, PRODUCT_WORKER, RECOMPOSED_WORKER } from '../../support/deployment.ts'
import { until } from '../../support/until.ts'
import type { Recomposition } from '../../edge/support/recomposition.ts'
import { mixedWrites, pairUp } from './mixed-writes.ts'
import { trial, type Trial } from './trial.ts'
import { twoRegions, type TwoRegions } from './two-regions.ts'

const STALE_MS_MAX = 2_000

/**
 * The promises of the two tests beside this one, kept by four guards. Each is kept with all four, in the
 * same Worker, and broken without the one that is named.
 */
describe('at the edge of a late region', { timeout: 60_000 }, () => {
  const open = new AsyncDisposableStack()
  let world: TwoRegions
  let near: Service
  let far: Service

  beforeAll(async () => {
    const [product, recomposed] = await Promise.all([
      edgeBundle(PRODUCT_WORKER),
      edgeBundle(RECOMPOSED_WORKER),
    ])
    world = open.use(await twoRegions())
    ;[near, far] = await Promise.all([
      world.deployed.edge({ gateways: [world.gateways.near], bundle: product }),
      world.deployed.edge({ gateways: [world.gateways.far], bundle: recomposed }),
    ])
  }, 120_000)

  afterAll(() => open.disposeAsync())

  async function begin(recomposition: Recomposition): Promise<void> {
    const { status } = await ask(far.url, 'PUT', '/v1/recomposition', { body: recomposition })
    expect(status).toBe(204)
    await world.settled()
  }

  /** How long a post was shown as it was before, in the worst case. */
  async function oldestMs(options: Omit<Trial, 'ways'>): Promise<number> {
    const watched = await trial(world.deployed, {
      ways: [{ writesAt: near.url, readsAt: far.url }],
      // Past the bound there is nothing more to see.
      enough: (sinceMs, lastOldMs) => sinceMs > 2_600 || lastOldMs > STALE_MS_MAX,
      ...options,
    })
    return Math.max(...watched.map(({ lastOldMs }) => lastOldMs))
  }

  async function heldOf20(): Promise<number> {
    const edges = { writesAt: near.url, readsAt: far.url }
    const pairs = await pairUp(edges, await world.deployed.people(8))
    const rounds = await Promise.all(pairs.map((pair) => mixedWrites(edges, pair)))
    return rounds.flat().filter(({ holds }) => holds).length
  }

  /** Several times for two seconds: did L1 alone answer for a post that is read all the time? */
  async function spansOfL1(): Promise<readonly boolean[]> {
    const [author, reader] = await world.deployed.people(2)
    const body = { text: 'read often' }
    const { json } = await ask(near.url, 'POST', '/v1/posts', { as: author, body })
    const read = () => ask(far.url, 'GET', `/v1/posts/${String(json['id'])}`, { as: reader })
    await until(async () => (await read()).servedBy === 'l1', 20_000, 'a post in L1')
    const spans: boolean[] = []
    for (let span = 0; span < 3; span += 1) {
      const layers = new Set<string | null>()
      const endsAt = performance.now() + 2_000
      while (performance.now() < endsAt) layers.add((await read()).servedBy)
      spans.push(layers.size === 1 && layers.has('l1'))
    }
    return spans
  }

  const cutOff = async () => {
    try {
      return await oldestMs({ changes: ['delete'], after: () => world.link.cut() })
    } finally {
      world.link.heal()
    }
  }
  const edited = () => oldestMs({ changes: ['edit'] })

  it('a read with a token holds the write', async () => {
    await begin({})
    expect(await heldOf20()).toBe(20)
  })

  it('… and does not without the token check', async () => {
    await begin({ without: 'token' })
    // Where the region has no lease for a moment only the origin answers, and holds everything.
    const isNotHeld = async () => (await heldOf20()) < 20
    expect(await until(isNotHeld, 30_000, 'a write that is not held')).toBe(true)
  })

  it('an edit that was heard of is shown within 2 s', async () => {
    await begin({})
    expect(await edited()).toBeLessThanOrEqual(STALE_MS_MAX)
  })

  it('… and is not without the version check', async () => {
    await begin({ without: 'version' })
    expect(await edited()).toBeGreaterThan(STALE_MS_MAX)
  })

  it('a delete is seen within 2 s where the region was cut off', async () => {
    await begin({})
    expect(await cutOff()).toBeLessThanOrEqual(STALE_MS_MAX)
  })

  it('… and is not without the lease', async () => {
    await begin({ without: 'lease' })
    expect(await cutOff()).toBeGreaterThan(STALE_MS_MAX)
  })

  it('a post that is read often comes from L1 alone', async () => {
    await begin({})
    // A machine that halts for half a second breaks a span; without the poll all of them break.
    expect(await spansOfL1()).toContain(true)
  })

  it('… and does not without the poll', async () => {
    await begin({ without: 'poll' })
    expect(await spansOfL1()).not.toContain(true)
  })
})
