import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Pipeline } from '../../../edge/l2/pipeline.ts'
import { hedgeBudget } from '../../../edge/l2/hedge-budget.ts'
import { recentLatency } from '../../../edge/l2/latency.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { tags } from '../../../shared/invalidation.ts'
import {
  HEDGED_READS_SAVED_MAX,
  HEDGED_READS_SHARE_MAX,
  L1_SERVE_MS,
  L2_LATENCIES_KEPT,
} from '../../../shared/limits.ts'
import { aPost, aUser } from '../../support/feed-builders.ts'
import { aRedisNode } from '../../support/redis-node.ts'
import { until } from '../../support/until.ts'
import { edgeUnderTest, idsOf, pageOf, servedBy, type Clock } from '../support/edge-under-test.ts'
import { regionWorld, type RegionWorld } from '../support/region-world.ts'
import { SEED } from '../support/seed.ts'

const node = aRedisNode()
let world: RegionWorld
let author: UserId
let post: PostId
let clock: Clock

beforeEach(async () => {
  await node().redis.flushall()
  world = regionWorld(node().redis)
  author = aUser()
  post = aPost()
  clock = { nowMs: Date.now() }
  await world.tick()
  await world.deliver()
  await world.post(post, author)
})

/** A region that takes 10 ms, until it is held: then it answers when it is told how. */
function region() {
  let held: { answer(): void; fail(): void }[] = []
  let isHeld = false
  let trips = 0
  const pipeline: Pipeline = async (commands) => {
    trips += 1
    if (isHeld) {
      await new Promise<void>((resolve, reject) =>
        held.push({ answer: resolve, fail: () => reject(new Error('cut off')) }),
      )
    }
    clock.nowMs += 10
    return world.pipeline(commands)
  }
  return {
    pipeline,
    get held() {
      return held
    },
    trips: () => trips,
    hold: () => void (isHeld = true),
    release() {
      isHeld = false
      for (const one of held) one.answer()
      held = []
    },
  }
}

/** Two regions, and a first one whose usual time is known. */
async function edgeOfTwo(target = `/v1/posts/${post}`, as?: UserId) {
  const [near, far] = [region(), region()]
  const edge = edgeUnderTest({
    regions: [near.pipeline, far.pipeline],
    clock,
    originDouble: () => Response.json({ from: 'origin' }),
  })
  for (let n = 0; n < 40; n += 1) await edge.get(`/v1/posts/${aPost()}`)
  near.hold()
  const slow = edge.get(target, as)
  await until(() => near.held.length === 1 && edge.timers.length === 1)
  const [timer] = edge.timers
  if (timer === undefined) throw new Error('nothing waits')
  return { near, far, edge, slow, timer }
}

describe('a read whose region is slower than it usually is', () => {
  it('goes to the next region as well, once its p95 has passed, and takes its answer', async () => {
    const { near, far, slow, timer } = await edgeOfTwo()
    expect(timer.delayMs).toBe(10)
    expect(far.trips()).toBe(0)
    timer.run()

    const response = await slow
    expect(servedBy(response)).toBe('l2')
    expect(response.status).toBe(200)
    expect(response.headers.get('server-timing')).toContain('l2;desc="1 waves, 1 hedged"')
    expect([near.held.length, far.trips()]).toEqual([1, 1])
  })

  it('stays with the region that answered for the rest of its page', async () => {
    await world.pulled([])
    await world.record(author)
    await world.timeline(author, [post])
    const { near, far, edge, slow, timer } = await edgeOfTwo('/v1/feed?mode=latest', author)
    timer.run()

    expect(idsOf(await pageOf(await slow))).toEqual([post])
    expect([near.held.length, far.trips()]).toEqual([1, 2])
    expect(edge.timers).toEqual([])
  })

  it('is not hedged when it comes in time', async () => {
    const { near, far, edge, slow } = await edgeOfTwo()
    near.held[0]?.answer()

    expect(servedBy(await slow)).toBe('l2')
    expect(edge.timers).toEqual([])
    expect(far.trips()).toBe(0)
  })

  it('takes the first answer of the two', async () => {
    const { near, far, slow, timer } = await edgeOfTwo()
    far.hold()
    timer.run()
    await until(() => far.held.length === 1)
    near.held[0]?.answer()

    expect(servedBy(await slow)).toBe('l2')
  })

  it('waits for the first when the next has no lease', async () => {
    const { near, far, slow, timer } = await edgeOfTwo()
    await world.lapse()
    timer.run()
    await until(() => far.trips() === 1)
    await world.tick()
    near.held[0]?.answer()

    expect(servedBy(await slow)).toBe('l2')
  })

  it('waits for the first when the next fails', async () => {
    const { near, far, slow, timer } = await edgeOfTwo()
    far.hold()
    timer.run()
    await until(() => far.held.length === 1)
    far.held[0]?.fail()
    near.held[0]?.answer()

    expect(servedBy(await slow)).toBe('l2')
  })

  it('is the next region’s when the first fails meanwhile, which is not asked a second time', async () => {
    const { near, far, slow, timer } = await edgeOfTwo()
    far.hold()
    timer.run()
    await until(() => far.held.length === 1)
    near.held[0]?.fail()
    far.held[0]?.answer()

    expect(servedBy(await slow)).toBe('l2')
    expect(far.trips()).toBe(1)
  })

  it('is the origin’s when both fail, and neither is asked again', async () => {
    const { near, far, slow, timer, edge } = await edgeOfTwo()
    const before = near.trips()
    far.hold()
    timer.run()
    await until(() => far.held.length === 1)
    far.held[0]?.fail()
    near.held[0]?.fail()

    expect(servedBy(await slow)).toBe('origin')
    expect(edge.forwarded.at(-1)?.url).toContain(post)
    expect([near.trips() - before, far.trips()]).toEqual([0, 1])
  })
})

describe('the budget of hedged reads', () => {
  it('is a share of all reads and what was saved up, whatever wants to be hedged', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 2_000 }), (wishes) => {
        const budget = hedgeBudget()
        let hedged = 0
        for (const wished of wishes) {
          budget.earn()
          if (wished && budget.spend()) hedged += 1
        }
        expect(hedged).toBeLessThanOrEqual(
          HEDGED_READS_SAVED_MAX + HEDGED_READS_SHARE_MAX * wishes.length,
        )
      }),
      { seed: SEED },
    )
  })

  it('stops a region that became slow for good from doubling the other’s load', async () => {
    const [near, far] = [region(), region()]
    const edge = edgeUnderTest({ regions: [near.pipeline, far.pipeline], clock })
    for (let n = 0; n < 40; n += 1) await edge.get(`/v1/posts/${aPost()}`)
    near.hold()
    const slow = Array.from({ length: 30 }, async () => edge.get(`/v1/posts/${aPost()}`))
    await until(() => edge.timers.length === slow.length)
    for (const timer of edge.timers.slice()) timer.run()
    await until(() => far.trips() === HEDGED_READS_SAVED_MAX)
    for (const one of near.held) one.answer()

    await Promise.all(slow)
    expect(far.trips()).toBe(HEDGED_READS_SAVED_MAX)
  })
})

describe('the p95 of a region', () => {
  it('is known after some answers, follows the newest, and ignores a clock that went back', () => {
    const latency = recentLatency()
    for (let n = 0; n < 16; n += 1) latency.note(5)
    expect(latency.p95Ms()).toBeUndefined()
    for (let n = 0; n < 16; n += 1) latency.note(n === 0 ? 200 : 5)
    expect(latency.p95Ms()).toBe(5)
    for (let n = 0; n < L2_LATENCIES_KEPT; n += 1) latency.note(50)
    expect(latency.p95Ms()).toBe(50)
    for (let n = 0; n < L2_LATENCIES_KEPT; n += 1) latency.note(-1)
    expect(latency.p95Ms()).toBe(50)
  })
})

describe('a gap in the log of a region that is read only now and then', () => {
  /** Both were read, a post is in L1, and another was deleted in what the far region's log has lost by now. */
  async function edgeWithGap() {
    const [near, far] = [region(), region()]
    let isCut = false
    const farPipeline: Pipeline = async (commands) => {
      const replies = await far.pipeline(commands)
      return replies.map((reply, at) => (isCut && commands[at]?.[0] === 'XRANGE' ? [] : reply))
    }
    const edge = edgeUnderTest({
      regions: [near.pipeline, farPipeline],
      clock,
      originDouble: () => Response.json({ from: 'origin' }),
    })
    async function hedge(waitMs: number) {
      near.hold()
      const slow = edge.get(`/v1/posts/${aPost()}`)
      await until(() => edge.timers.length === 1)
      clock.nowMs += waitMs
      edge.timers[0]?.run()
      await slow
      near.release()
      await edge.settle()
    }

    for (let n = 0; n < 40; n += 1) await edge.get(`/v1/posts/${aPost()}`)
    await hedge(10)
    for (let n = 0; n < 3; n += 1) await world.tick()
    await world.deliver()
    const kept = aPost()
    await world.post(kept, author)
    for (const id of [kept, post, kept, post]) await edge.get(`/v1/posts/${id}`)
    expect(servedBy(await edge.get(`/v1/posts/${post}`))).toBe('l1')
    await world.invalidate(tags.post(post), 2)
    await world.tick()
    await edge.get(`/v1/posts/${aPost()}`)
    isCut = true
    return { edge, far, hedge, kept }
  }

  it('costs nothing of L1 while another region is heard, and hides no delete', async () => {
    const { edge, far, hedge, kept } = await edgeWithGap()
    const before = far.trips()
    await hedge(10)

    expect(far.trips()).toBe(before + 1)
    await edge.get(`/v1/posts/${aPost()}`)
    expect(servedBy(await edge.get(`/v1/posts/${kept}`))).toBe('l1')
    expect(servedBy(await edge.get(`/v1/posts/${post}`))).toBe('origin')
  })

  it('costs all of L1 when nobody else was heard for longer than L1 may be served', async () => {
    const { edge, hedge, kept } = await edgeWithGap()
    await hedge(L1_SERVE_MS + 1)

    await edge.get(`/v1/posts/${aPost()}`)
    expect(servedBy(await edge.get(`/v1/posts/${kept}`))).toBe('l2')
  })
})
