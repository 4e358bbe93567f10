import type { Redis } from 'ioredis'
import { expect } from 'vitest'
import { oneNode } from '../../../origin/adapters/redis/connection.ts'
import { redisDeliveryStore } from '../../../origin/adapters/redis/delivery-store.ts'
import { redisListStore } from '../../../origin/adapters/redis/list-store.ts'
import { claimsOf, type Claims } from '../../../origin/delivery/claims.ts'
import { findWatermarks } from '../../../origin/delivery/opening.ts'
import type { DeliverySession } from '../../../origin/ports/delivery-store.ts'
import type { Warming } from '../../../origin/ports/list-store.ts'
import { AppError } from '../../../shared/errors.ts'
import {
  compareIds,
  newestFirst,
  THE_BEGINNING,
  type PostId,
  type UserId,
} from '../../../shared/ids.ts'
import { bucketOf, keys, type Bucket, type ListKey } from '../../../shared/keys.ts'
import type { Generation } from '../../../shared/list.ts'
import type { RedisHistory } from '../../support/redis-history.ts'
import {
  EMPTY,
  lifeBegun,
  pushed,
  visible,
  warmBegun,
  warmEnded,
  without,
  type PlainNode,
} from './plain-lists.ts'
import { plainLog } from './plain-log.ts'

/** Nothing hangs here: an answer that takes long is a slow machine. */
export const PATIENCE_MS = 10_000

/** Two lists of one bucket, and one of another. */
const OWNERS = ['7000000001', '7000000002'] as UserId[]
const [ONE, TWO] = OWNERS as [UserId, UserId]
export const LISTS: readonly { readonly list: ListKey; readonly bucket: Bucket }[] = [
  { list: keys.timeline(ONE), bucket: bucketOf(ONE) },
  { list: keys.authorList(ONE), bucket: bucketOf(ONE) },
  { list: keys.timeline(TWO), bucket: bucketOf(TWO) },
]
const BUCKETS = [...new Set(LISTS.map(({ bucket }) => bucket))]
const PARTITION = 0

interface Warmer {
  readonly at: number
  readonly token: string
  readonly generation: string
  readonly loaded: { readonly posts: readonly PostId[]; readonly floor: PostId }
  readonly finish: () => void
  readonly die: () => void
  readonly result: Promise<Warming>
}

/** What the node had to hold after so many writes. */
interface Moment {
  readonly length: number
  readonly plain: PlainNode
  /** A push, and then perhaps a trim, which changes nothing that a plain set shows. */
  readonly isPush?: boolean
}

interface Consumer {
  readonly session: DeliverySession
  readonly claims: Claims
}

export interface ListRunDeps {
  readonly url: string
  readonly redis: Redis
  readonly history: RedisHistory
  readonly postsMax: number
}

export type ListRun = Awaited<ReturnType<typeof listRun>>

/** One run: the real lists on a real Redis beside plain sets, and a consumer that delivers as delivery does. */
export async function listRun({ url, redis, history, postsMax }: ListRunDeps) {
  await history.clear()
  const log = plainLog()
  log.tick()
  let tokens = 0
  let generations = 0
  const store = redisDeliveryStore({ url, postsMax: () => postsMax, deadlineMs: PATIENCE_MS })
  const lists = redisListStore({
    nodes: oneNode(redis),
    postsMax: () => postsMax,
    newToken: () => `t${tokens}`,
  })

  let plain: PlainNode = EMPTY
  const moments: Moment[] = [{ length: 0, plain }]
  const warmers: Warmer[] = []
  let consumer: Consumer | undefined
  let delivered = 0
  /** Kept by Postgres: no node takes it back. */
  let committed = 0
  /** The first write of the last claim; 0 when none is there. */
  let claimedAt = 0

  const remember = async (isPush = false) =>
    void moments.push({ length: await history.length(), plain, isPush })

  async function consume(work: (consumer: Consumer) => Promise<void>): Promise<void> {
    try {
      consumer ??= await open()
      await work(consumer)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      await consumer?.session[Symbol.asyncDispose]()
      consumer = undefined
    }
  }

  async function open(): Promise<Consumer> {
    const session = await store.open()
    const found = await findWatermarks(session, PARTITION, {
      outbox: log.outbox,
      generations: {
        next: async () => `1.${(generations += 1)}` as Generation,
        least: async () => 0,
      },
    })
    for (const bucket of BUCKETS) {
      const generation = found.get(bucket)?.generation ?? ''
      if (plain.generations.get(bucket) === generation) continue
      const emptied = LISTS.filter((one) => one.bucket === bucket).map(({ list }) => list)
      plain = lifeBegun(plain, bucket, generation, emptied)
    }
    await remember()
    const ours = new Map([...found].filter(([bucket]) => BUCKETS.includes(bucket)))
    const claims = claimsOf(ours, PARTITION)
    delivered = Math.min(committed, log.entriesAt(claims.lowestTick()))
    return { session, claims }
  }

  async function pushOver(session: DeliverySession, place: number): Promise<void> {
    const entry = log.entries[place]
    for (const list of entry?.lists ?? []) {
      await session.push([list], entry?.post ?? THE_BEGINNING)
      plain = pushed(plain, list, entry?.post ?? THE_BEGINNING)
      await remember(true)
    }
  }

  async function deliverTo(place: number, { session }: Consumer): Promise<void> {
    while (delivered < place) {
      await pushOver(session, delivered)
      delivered += 1
      committed = Math.max(committed, delivered)
    }
  }

  async function warm(at: number) {
    const { list, bucket } = LISTS[at] ?? expect.unreachable()
    tokens += 1
    const token = `t${tokens}`
    const expected = warmBegun(plain, list, bucket, token)
    const gate = Promise.withResolvers<void>()
    const called = Promise.withResolvers<'begun'>()
    const loaded = truthOf(list)
    const horizon = log.horizon()
    const result = lists.warm(list, async () => {
      called.resolve('begun')
      await gate.promise
      return { ids: loaded.posts, floor: loaded.floor, horizon }
    })
    // Settled by `finish` or by `die`, perhaps after the run.
    result.catch(() => undefined)
    expect(await Promise.race([called.promise, result])).toBe(expected.begun)
    plain = expected.node
    await remember()
    if (expected.begun !== 'begun') return
    const generation = plain.generations.get(bucket) ?? ''
    const die = () => gate.reject(new Error('the warmer died'))
    warmers.push({ at, token, generation, loaded, finish: gate.resolve, die, result })
  }

  async function finish(index: number): Promise<void> {
    const [warmer] = warmers.splice(index, 1)
    if (warmer === undefined) return
    const { list, bucket } = LISTS[warmer.at] ?? expect.unreachable()
    const expected = warmEnded(plain, list, bucket, { ...warmer, ...warmer.loaded })
    warmer.finish()
    expect(await warmer.result).toBe(expected.ended)
    plain = expected.node
    await remember()
  }

  const steps = {
    publish(mask: number, late: number) {
      const chosen = LISTS.filter((_, at) => (mask >> at) & 1).map(({ list }) => list)
      log.publish(chosen, late)
      return Promise.resolve()
    },
    deliver: (count: number) =>
      consume((it) => deliverTo(Math.min(log.entries.length, delivered + count), it)),
    /** Of anything published, delivered or not: too late, once more, or before its turn. */
    async repeat(fraction: number) {
      const entry = log.entries[Math.floor(fraction * log.entries.length)]
      if (entry === undefined) return
      for (const list of entry.lists) {
        await lists.push([list], entry.post)
        plain = pushed(plain, list, entry.post)
        await remember(true)
      }
    },
    async claim() {
      const tick = log.tick()
      await consume(async (it) => {
        await deliverTo(log.entriesAt(tick.n), it)
        const before = await history.length()
        await it.claims.advance(it.session, tick, [])
        claimedAt = before + 1
      })
      await remember()
    },
    warm,
    finish: (fraction: number) => finish(Math.floor(fraction * warmers.length)),
    async warmAtOnce(at: number) {
      const others = warmers.length
      await warm(at)
      if (warmers.length > others) await finish(others)
    },
    async die(fraction: number) {
      const [warmer] = warmers.splice(Math.floor(fraction * warmers.length), 1)
      warmer?.die()
      await warmer?.result.catch(() => undefined)
    },
    async evict(at: number) {
      const { list } = LISTS[at] ?? expect.unreachable()
      await redis.del(list)
      plain = without(plain, list)
      await remember()
    },
    /** Its time is over now: as after thirty seconds or seven days, which nobody waits for. */
    async expire(at: number) {
      const { list } = LISTS[at] ?? expect.unreachable()
      await redis.pexpireat(list, 1)
      plain = without(plain, list)
      await remember()
    },
    async flush() {
      await redis.flushall()
      plain = EMPTY
      await remember()
    },
    /**
     * By so many writes, which may end in the middle of a step. A failover ends connections; when it loses a
     * claim as well, delivery has to notice by that alone.
     */
    async rollBack(writes: number, isSilent: boolean) {
      const length = Math.max(0, (await history.length()) - writes)
      const losesClaim = length < claimedAt
      if (!isSilent || !losesClaim) await history.cut()
      await history.rewind(length)
      if (losesClaim) claimedAt = 0
      const next = moments.findIndex((moment) => moment.length > length)
      const later = moments[next]
      if (next !== -1) moments.length = next
      plain = moments.at(-1)?.plain ?? EMPTY
      if (moments.at(-1)?.length === length) return
      plain = later?.isPush === true ? later.plain : await asFarAsBegun(plain)
      moments.push({ length, plain })
    },
    forget() {
      log.forget()
      return Promise.resolve()
    },
  }

  /** A life that was only begun in part: some lists are gone, some buckets have their new generation. */
  async function asFarAsBegun(before: PlainNode): Promise<PlainNode> {
    let node = before
    for (const { list, bucket } of LISTS) {
      if ((await redis.exists(list)) === 0) node = without(node, list)
      const generation = await redis.hget(keys.watermark(bucket), 'g')
      if (generation !== null && generation !== node.generations.get(bucket)) {
        node = { ...node, generations: new Map([...node.generations, [bucket, generation]]) }
      }
    }
    return node
  }

  function truthOf(list: ListKey) {
    const all = log.entries.filter((entry) => entry.lists.includes(list)).map(({ post }) => post)
    const sorted = all.toSorted(newestFirst)
    return { posts: sorted.slice(0, postsMax), floor: sorted[postsMax] ?? THE_BEGINNING }
  }

  /**
   * Every list against its plain set, and against what its watermark and its marker promise. Answers how
   * many were whole.
   */
  async function compare(): Promise<number> {
    let whole = 0
    for (const { list, bucket } of LISTS) {
      const expected = visible(plain, list, bucket)
      const found = await lists.read(list)
      expect(found === undefined).toBe(expected === undefined)
      if (found === undefined || expected === undefined) continue
      whole += 1
      const isAbove = (post: PostId) => compareIds(post, found.floor) > 0
      const shown = new Set(found.ids.filter(isAbove))
      expect([...shown].toSorted(newestFirst)).toEqual(
        [...expected.posts].filter(isAbove).toSorted(newestFirst),
      )
      expect(compareIds(found.floor, expected.floor)).toBeGreaterThanOrEqual(0)
      const kept = [...expected.posts].filter((post) => compareIds(post, expected.floor) > 0)
      if (found.floor !== expected.floor) expect(found.ids.length).toBeGreaterThanOrEqual(postsMax)
      expect(found.ids.length).toBeGreaterThanOrEqual(Math.min(shown.size, kept.length))
      expect(await redis.pttl(list)).toBeLessThanOrEqual(7 * 24 * 3600 * 1000)

      const mark = await redis.hget(keys.watermark(bucket), `p${PARTITION}`)
      const promised = Math.max(
        log.entriesAt(Number((mark ?? '0').split(':')[0])),
        found.horizon.xmax - 1,
      )
      for (const entry of log.entries.slice(0, promised)) {
        if (entry.lists.includes(list) && isAbove(entry.post)) expect(shown).toContain(entry.post)
      }
    }
    return whole
  }

  return {
    steps,
    compare,
    async end() {
      for (const warmer of warmers.splice(0)) warmer.die()
      await consumer?.session[Symbol.asyncDispose]()
    },
  }
}
