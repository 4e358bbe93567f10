import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresRangeQueue } from '../../../origin/adapters/postgres/range-queue.ts'
import type { Truth } from '../../../origin/ports/truth.ts'
import { AppError } from '../../../shared/errors.ts'
import { compareIds, type PostId, type UserId } from '../../../shared/ids.ts'
import { keys } from '../../../shared/keys.ts'
import {
  DELIVERY_CHUNK_FOLLOWERS,
  DELIVERY_INLINE_FOLLOWERS_MAX,
  DELIVERY_RANGE_FOLLOWERS,
} from '../../../shared/limits.ts'
import { until } from '../../support/until.ts'
import { rangedWorld, type RangedWorld } from './ranged-world.ts'

/** Two jobs that are full, and one that is not. */
const FOLLOWERS = DELIVERY_INLINE_FOLLOWERS_MAX + 2 * DELIVERY_RANGE_FOLLOWERS + 2_000
const AT_ONCE = 1_000

let world: RangedWorld
let author: UserId
let followers: readonly UserId[]

beforeAll(async () => {
  const queueOf = async (pool: RangedWorld['pool']) =>
    postgresRangeQueue({ pool, pace: nodePace, onFailure: () => undefined }, { pollMs: 20 })
  world = await rangedWorld(queueOf, {})
  const [first = expect.unreachable(), ...others] = (await world.people(FOLLOWERS + 1)).toSorted(
    compareIds,
  )
  author = first
  followers = others
  await world.follows(author, followers)
  await world.settled()
  await warmAll()
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

describe('the post of an author with more followers than one consumer works through', () => {
  it('is on every page while jobs bring it, and then in every list once', async () => {
    const post = await world.post(author)
    await world.settled()
    expect(await countsOf(post)).toEqual([
      ...followers.slice(0, DELIVERY_INLINE_FOLLOWERS_MAX).map(() => 1),
      ...followers.slice(DELIVERY_INLINE_FOLLOWERS_MAX).map(() => 0),
    ])
    await until(() => world.sent.some(({ posts }) => posts.includes(post)))
    const jobs = world.sent.filter(({ posts }) => posts.includes(post))
    expect(jobs.map(({ after, upTo }) => [after, upTo])).toEqual([
      [at(DELIVERY_INLINE_FOLLOWERS_MAX), at(15_000)],
      [at(15_000), at(20_000)],
      [at(20_000), undefined],
    ])
    expect(await world.besideOf(at(FOLLOWERS))).toEqual([post])
    await everyPageShows(post)

    world.aWorker()
    await world.nothingBeside()
    expect(new Set(await countsOf(post))).toEqual(new Set([1]))
    expect(await world.rows('select from delivery_ranges')).toEqual([])
    await everyPageShows(post)
  })

  it('reaches everybody when a process dies in the middle of its jobs', async () => {
    const dead = diesInTheMiddle()
    const dying = world.aWorker(undefined, dead.truth)
    onTestFinished(() => dead.isGone())
    const post = await world.post(author)
    await world.settled()
    await until(() => dead.jobs() === 2)
    const left = (await countsOf(post)).filter((count) => count === 0).length
    expect(left).toBe(FOLLOWERS - DELIVERY_INLINE_FOLLOWERS_MAX - 2 * DELIVERY_CHUNK_FOLLOWERS)
    await everyPageShows(post)

    // The leases of the dead end, without ten seconds of waiting for that.
    await world.rows('update delivery_ranges set until = clock_timestamp() where done_at is null')
    world.aWorker()
    await world.nothingBeside()
    // A list may hold what was pushed again twice; a page shows it once.
    const counts = await countsOf(post)
    expect(counts.filter((count) => count !== 1 && count !== 2)).toEqual([])
    expect(counts.filter((count) => count === 2)).toHaveLength(2 * DELIVERY_CHUNK_FOLLOWERS)
    expect(await world.rows('select from delivery_ranges')).toEqual([])
    await everyPageShows(post)
    dead.isGone()
    await dying.stop()
  })
})

/** The nth in the order in which they are delivered to, from one on. */
const at = (nth: number): UserId => followers[nth - 1] ?? expect.unreachable()

/** Nobody has posted yet, so what Postgres says of one timeline is true of all. */
async function warmAll(): Promise<void> {
  const empty = await world.truth.timeline(at(1), 100)
  expect(empty.ids).toEqual([])
  for (let from = 0; from < followers.length; from += AT_ONCE) {
    const some = followers.slice(from, from + AT_ONCE)
    const warmed = await Promise.all(
      some.map((viewer) => world.lists.warm(keys.timeline(viewer), async () => empty)),
    )
    expect(new Set(warmed)).toEqual(new Set(['warmed']))
  }
}

/** How often each follower's list holds it, repeats and all. */
async function countsOf(post: PostId): Promise<readonly number[]> {
  const counts: number[] = []
  for (let from = 0; from < followers.length; from += AT_ONCE) {
    const pipeline = world.redis.pipeline()
    for (const viewer of followers.slice(from, from + AT_ONCE)) {
      pipeline.lrange(keys.timeline(viewer), 0, -1)
    }
    for (const [error, list] of (await pipeline.exec()) ?? []) {
      if (error !== null) throw error
      counts.push((list as string[]).filter((id) => id === post).length)
    }
  }
  return counts
}

/** At both ends of what the consumer, and each job and its chunks, pushes to. */
async function everyPageShows(post: PostId): Promise<void> {
  const edges = [0, 10_000, 12_000, 15_000, 17_000, 20_000]
  for (const viewer of [...edges.flatMap((edge) => [at(edge || 1), at(edge + 1)]), at(FOLLOWERS)]) {
    for (const mode of ['latest', 'ranked'] as const) {
      const page = await world.page({ viewer, mode })
      expect(page.completeness).toBe('complete')
      expect(page.ids.filter((id) => id === post)).toEqual([post])
    }
  }
}

/** Pushes the first chunk of each job, and is heard of no more. */
function diesInTheMiddle() {
  const gone = Promise.withResolvers<never>()
  // Each job that waits for it hears its end; before the first one does, it must not end the process.
  gone.promise.catch(() => undefined)
  let held = 0
  const truth: Pick<Truth, 'followers'> = {
    followers(one, after, limit) {
      const isFirst = world.sent.some((job) => job.after === after)
      if (isFirst) return world.truth.followers(one, after, limit)
      held += 1
      return gone.promise
    },
  }
  return {
    truth,
    jobs: () => held,
    isGone: () => gone.reject(new AppError('STORE_UNAVAILABLE', 'killed')),
  }
}
