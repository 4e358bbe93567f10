import { describe, expect, it } from 'vitest'
import { losses } from '../../../origin/feed/query/losses.ts'
import { bucketOf, LOG_PARTITIONS, type Bucket } from '../../../shared/keys.ts'
import type { Watermark } from '../../../shared/watermark.ts'
import { aGeneration, aMark } from '../../support/feed-builders.ts'
import { feedWorld, post, user } from './world/feed-world.ts'
import { fragmentOf } from './world/ledger-truth.ts'

const [ada, bob] = [user(1), user(2)]
const [one, other] = [bucketOf(ada), bucketOf(bob)]

const at = (tick: number, generation = 1): Watermark => ({
  generation: aGeneration(generation),
  marks: Array.from({ length: LOG_PARTITIONS }, () => aMark(tick)),
  exceptions: [],
})
const seen = (...watermarks: readonly (readonly [Bucket, Watermark])[]) => new Map(watermarks)

describe('losses of Redis', () => {
  it('are seen in another life of a bucket, and in a watermark that goes back', () => {
    const counted = losses()
    counted.saw(seen([one, at(5)], [other, at(5)]))
    const first = counted.count()
    counted.saw(seen([one, at(6)], [other, at(5)]))
    expect(counted.count()).toBe(first)

    counted.saw(seen([one, at(7, 2)]))
    expect(counted.count()).toBe(first + 1)
    counted.saw(seen([other, at(4)]))
    expect(counted.count()).toBe(first + 2)
    counted.saw(seen([one, at(7, 2)], [other, at(4)]))
    expect(counted.count()).toBe(first + 2)
  })

  it('do not hide what a bucket lost just before it was seen first', () => {
    const counted = losses()
    counted.saw(seen([one, at(5)]))
    const first = counted.count()
    counted.saw(seen([other, at(5)]))
    expect(counted.count()).toBeGreaterThan(first)
  })
})

describe('a process that has in its memory what Redis lost', () => {
  async function warmWorld() {
    const world = feedWorld({ keepsFragments: true })
    world.ledger.follow(ada, bob)
    for (const n of [1, 2, 3]) world.ledger.post(bob, post(n), 'push')
    world.hear()
    await world.deliver()
    await world.warmer.timeline(ada)
    // The first fills Redis, the second keeps what is there, the third knows it.
    for (let pages = 0; pages < 3; pages += 1) await read(world)
    return world
  }
  async function read(world: ReturnType<typeof feedWorld>) {
    world.calls.waves.length = 0
    world.calls.truth = 0
    const page = await world.page({ viewer: ada })
    await world.settled()
    return page
  }
  const newest = [3, 2, 1].map(post)

  it('puts all of it back, so that readers elsewhere find it', async () => {
    const world = await warmWorld()
    world.loseRedis()
    // The first notices by its list, after it had the record.
    for (let pages = 0; pages < 2; pages += 1) expect((await read(world)).ids).toEqual(newest)

    expect(world.node.viewers.has(ada)).toBe(true)
    expect([...world.node.posts.keys()].toSorted()).toEqual(newest.toSorted())
  })

  it('shows what was created here before delivery has written it, and puts it there', async () => {
    const world = await warmWorld()
    world.ledger.post(bob, post(4), 'push')
    world.hear()
    const { kept } = world.shared
    const fragment = fragmentOf(world.ledger, post(4))
    if (kept === undefined || fragment === undefined) throw new Error('nothing to keep')
    kept.keepUnseen(post(4), fragment, { atMs: world.shared.tail.reachesToMs() })

    expect((await read(world)).ids).toEqual([post(4), ...newest])
    expect(world.calls.truth).toBe(0)
    expect(world.node.posts.has(post(4))).toBe(true)
    await read(world)
    expect(kept.isUnseen(post(4))).toBe(false)
  })

  it('asks Postgres for the list only: the rest is still true', async () => {
    const world = await warmWorld()
    world.loseRedis()
    await read(world)
    // The page without a list, and the warming.
    expect(world.calls.truth).toBe(2)
    await read(world)
    expect(world.calls.truth).toBe(0)
  })

  it('needs one wave a page again when it has seen Redis hold it', async () => {
    const world = await warmWorld()
    await read(world)
    const before = world.calls.waves.length
    world.loseRedis()
    for (let pages = 0; pages < 3; pages += 1) await read(world)
    expect(before).toBe(1)
    expect(world.calls.waves.length).toBe(before)
  })

  it('shows nothing that was deleted meanwhile', async () => {
    const world = await warmWorld()
    world.loseRedis()
    world.ledger.remove(post(2))
    world.hear()
    expect((await read(world)).ids).toEqual([3, 1].map(post))
  })
})
