import type { Redis } from 'ioredis'
import type { Command, Reply } from '../../../shared/feed/wave.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import {
  formatLease,
  formatPulledSetStamp,
  invalidationFields,
  type Tag,
} from '../../../shared/invalidation.ts'
import { horizonBelow, type Horizon } from '../../../shared/horizon.ts'
import { allBuckets, keys, LOG_PARTITIONS, type ListKey } from '../../../shared/keys.ts'
import { COUNTS_KEPT_MS } from '../../../shared/limits.ts'
import { formatMarker, type Generation } from '../../../shared/list.ts'
import { formatViewerRecord, type ViewerRecord } from '../../../shared/viewer-record.ts'
import { formatMark, watermarkFields } from '../../../shared/watermark.ts'
import type { Pipeline } from '../../../edge/l2/pipeline.ts'

const EPOCH = 1
const GENERATION = `${EPOCH}.1` as Generation

/** A region's Redis as leader and delivery would leave it, written step by step by a test. */
export interface RegionWorld {
  readonly pipeline: Pipeline
  /** Commands of each round trip so far. */
  readonly trips: (readonly Command[])[]
  /** Round trips that asked for more than lease and log. */
  waves(): number
  /** The newest transaction. */
  xid(): number
  horizon(): Horizon
  /** Time goes on by a tick; everything so far was published, and the lease says so. */
  tick(): Promise<void>
  /** Everything up to the last tick was delivered to all buckets, the pulled set included. */
  deliver(): Promise<void>
  lapse(): Promise<void>
  invalidate(tag: Tag, version: number): Promise<number>
  post(id: PostId, author: UserId, fields?: { version?: number; text?: string }): Promise<void>
  tombstone(id: PostId, author: UserId, version: number): Promise<void>
  user(id: UserId, name: string): Promise<void>
  timeline(viewer: UserId, ids: readonly PostId[], floor?: string, at?: Horizon): Promise<void>
  authorList(author: UserId, ids: readonly PostId[], floor?: string): Promise<void>
  record(viewer: UserId, fields?: Partial<ViewerRecord>): Promise<void>
  pulled(authors: readonly UserId[]): Promise<void>
}

export function regionWorld(redis: Redis): RegionWorld {
  const trips: (readonly Command[])[] = []
  let xid = 1_000
  let tick = 10
  let atMs = Date.UTC(2026, 5, 1)
  let number = 0
  let pulledVersion = 1
  let delivered = horizonBelow(EPOCH, xid)

  const horizon = () => horizonBelow(EPOCH, xid + 1)
  const list = async (key: ListKey, ids: readonly PostId[], floor: string, at: Horizon) => {
    const marker = formatMarker({ floor: floor as PostId, generation: GENERATION, horizon: at })
    await redis
      .multi()
      .del(key)
      .rpush(key, ...ids, marker)
      .exec()
  }
  const publishPulled = (at: Horizon) =>
    redis.set(
      keys.pulledSetHorizon,
      formatPulledSetStamp({ version: pulledVersion, atMs, horizon: at }),
    )

  return {
    trips,
    waves: () =>
      trips.filter((commands) => commands.some(([, key]) => !key.startsWith('{hw}'))).length,
    xid: () => xid,
    horizon,
    async pipeline(commands) {
      trips.push(commands)
      const batch = redis.pipeline(commands.map(([name, ...args]) => [name.toLowerCase(), ...args]))
      const replies = (await batch.exec()) ?? []
      return replies.map(([error, reply]) => error ?? (reply as Reply))
    },
    async tick() {
      tick += 1
      atMs += 250
      xid += 1
      const lease = { term: 1, tick, lastNumber: number, atMs, horizon: horizon() }
      await redis.set(keys.lease, formatLease(lease))
    },
    async deliver() {
      delivered = horizon()
      const batch = redis.pipeline()
      for (const bucket of allBuckets) {
        const fields: Record<string, string> = { [watermarkFields.generation]: GENERATION }
        for (let partition = 0; partition < LOG_PARTITIONS; partition += 1) {
          fields[watermarkFields.mark(partition)] = formatMark({ tick, xmin: delivered.xmin, atMs })
        }
        batch.hset(keys.watermark(bucket), fields)
      }
      await batch.exec()
      await publishPulled(delivered)
    },
    lapse: async () => void (await redis.del(keys.lease)),
    async invalidate(tag, version) {
      number += 1
      xid += 1
      const { tag: t, version: v, xid: x } = invalidationFields
      await redis.xadd(keys.invalidationLog, `${number}-0`, t, tag, v, version, x, xid)
      return xid
    },
    async post(id, author, { version = 1, text = `post ${id}` } = {}) {
      const json = JSON.stringify({ id, author: { id: author }, text })
      await redis.hset(keys.post(id), { a: author, v: version, u: 1, j: json })
    },
    async tombstone(id, author, version) {
      await redis
        .multi()
        .del(keys.post(id))
        .hset(keys.post(id), { a: author, v: version, u: 1 })
        .exec()
    },
    async user(id, name) {
      await redis.hset(keys.user(id), { v: 1, j: JSON.stringify({ id, name }) })
      const j = JSON.stringify({ followers: 1, following: 2, posts: 3 })
      await redis.hset(keys.userCounts(id), { v: 1, j })
      await redis.pexpire(keys.userCounts(id), COUNTS_KEPT_MS)
    },
    timeline: (viewer, ids, floor = '0', at = delivered) =>
      list(keys.timeline(viewer), ids, floor, at),
    authorList: (author, ids, floor = '0') => list(keys.authorList(author), ids, floor, delivered),
    async record(viewer, fields = {}) {
      await redis.set(
        keys.viewer(viewer),
        formatViewerRecord({ ...emptyRecord(viewer), ...fields }),
      )
    },
    async pulled(authors) {
      pulledVersion += 1
      await redis.set(keys.pulledSet, JSON.stringify({ version: pulledVersion, authors }))
      await publishPulled(delivered)
    },
  }
}

const emptyRecord = (viewer: UserId): ViewerRecord => ({
  viewer,
  version: 1,
  large: false,
  follows: new Set(),
  recentFollows: [],
  recentFollowsAbove: 0,
  blocks: new Set(),
  mutes: new Set(),
})
