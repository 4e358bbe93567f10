import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keys } from '../../../shared/keys.ts'
import { ask } from '../../support/client.ts'
import { edgeBundle, PRODUCT_WORKER } from '../../support/deployment.ts'
import { until } from '../../support/until.ts'
import { mixedWrites, pairUp, type Edges, type Pair, type Seen } from './mixed-writes.ts'
import { twoRegions, type TwoRegions } from './two-regions.ts'

const PAIRS = 40
const ROUNDS = 5
const KINDS = 5
const AT_ONCE = 8

describe('an edge whose region is late', { timeout: 180_000 }, () => {
  const open = new AsyncDisposableStack()
  let world: TwoRegions
  let edges: Edges
  let pairs: readonly Pair[]

  beforeAll(async () => {
    const bundle = await edgeBundle(PRODUCT_WORKER)
    world = open.use(await twoRegions())
    const [near, far] = await Promise.all([
      world.deployed.edge({ gateways: [world.gateways.near], bundle }),
      world.deployed.edge({ gateways: [world.gateways.far], bundle }),
    ])
    edges = { writesAt: near.url, readsAt: far.url }
  }, 120_000)

  afterAll(() => open.disposeAsync())

  it('holds the write of a token at 300 ms, 1,000 of 1,000, while L1 is warm', async () => {
    pairs = await pairUp(edges, await world.deployed.people(2 * PAIRS))
    const seen: Seen[] = []
    // A pair's rounds come one after another; some pairs at once.
    const queue = [...pairs]
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let pair = queue.shift(); pair !== undefined; pair = queue.shift()) {
          for (let round = 0; round < ROUNDS; round += 1) {
            seen.push(...(await mixedWrites(edges, pair)))
          }
        }
      }),
    )
    const stale = seen.filter(({ isStaleWithout }) => isStaleWithout)
    const staleFromL1 = stale.filter(({ isFromL1Without }) => isFromL1Without)
    const held = seen.filter(({ holds }) => holds)
    console.log(
      `${held.length} of ${seen.length} held; ` +
        `without a token ${stale.length} were stale, ${staleFromL1.length} of them from L1`,
    )

    expect(seen.filter(({ holds }) => !holds).map(({ detail }) => detail)).toEqual([])
    expect(seen).toHaveLength(PAIRS * ROUNDS * KINDS)
    // Else there was nothing to hold against, and the test was blind.
    expect(staleFromL1.length).toBeGreaterThan(0)
  })

  it('has no lease at 1 s, and only the origin answers', async () => {
    world.link.setDelay(1_000)
    const { replica } = world.ask
    // Those that were under way arrive in time.
    await until(async () => (await replica.exists(keys.lease)) === 0)
    await until(async () => (await layers()).every((layer) => layer === 'origin'), 10_000)

    const [pair] = await pairUp(edges, await world.deployed.people(2))
    const endsAt = performance.now() + 2_000
    let seen: readonly Seen[] = []
    while (performance.now() < endsAt) {
      expect(await replica.exists(keys.lease)).toBe(0)
      expect(new Set(await layers())).toEqual(new Set(['origin']))
      if (seen.length === 0) seen = await mixedWrites(edges, pair as Pair)
    }
    expect(seen.every(({ holds, isStaleWithout }) => holds && !isStaleWithout)).toBe(true)
  })

  /** Who answers each kind of read at the late edge. */
  async function layers(): Promise<readonly (string | null)[]> {
    const { author, reader, posts } = pairs[0] as Pair
    const targets = [
      '/v1/feed?mode=latest',
      `/v1/posts/${posts.at(-1)}`,
      `/v1/users/${author.id}`,
      `/v1/users/${author.id}/posts`,
    ]
    const answers = await Promise.all(
      targets.map((target) => ask(edges.readsAt, 'GET', target, { as: reader })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    return answers.map(({ servedBy }) => servedBy)
  }
})
