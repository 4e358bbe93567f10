import { redisConnection } from '../../origin/adapters/redis/connection.ts'
import { bucketOf, keys } from '../../shared/keys.ts'
import type { UserId } from '../../shared/ids.ts'
import { parseLease } from '../../shared/invalidation.ts'
import { lowestMark, parseWatermark } from '../../shared/watermark.ts'
import type { Person } from './faulty-stack.ts'

const EVERY_MS = 40
/** A look that comes later than this says that this machine had no time for anybody. */
const LATE_MS = 150
const LAG_MS_MAX = 1_000

/**
 * Looks at a region past all faults: whether it has a lease, and how far its readers' buckets are. Where a
 * second thing is away beside the one that was taken away, nobody promised an answer.
 */
export interface RegionWatch extends AsyncDisposable {
  /** All that time, the region could answer by itself. */
  wasSound(from: number, to: number): boolean
  /** Postgres time up to which everything was delivered to all readers, as last seen. */
  deliveredToMs(): number
}

export async function regionWatch(url: string, readers: readonly Person[]): Promise<RegionWatch> {
  const redis = redisConnection({ url, name: 'watch', onError: () => undefined, deadlineMs: 5_000 })
  const watermarks = [...new Set(readers.map(({ id }) => bucketOf(id as UserId)))].map(
    keys.watermark,
  )
  const unsound: (readonly [from: number, to: number])[] = []
  let deliveredToMs = 0
  let lookedAt = performance.now()
  let isEnded = false

  async function isSound(): Promise<boolean> {
    const [lease, ...hashes] = await Promise.all([
      redis.get(keys.lease),
      ...watermarks.map((key) => redis.hgetall(key)),
    ])
    const reached = hashes.map((fields) => {
      const watermark = parseWatermark(fields)
      return (watermark && lowestMark(watermark)?.atMs) ?? 0
    })
    deliveredToMs = Math.min(...reached)
    const parsed = lease === null ? undefined : parseLease(lease)
    return parsed !== undefined && parsed.atMs - deliveredToMs <= LAG_MS_MAX
  }

  async function watch(): Promise<void> {
    while (!isEnded) {
      const sound = await isSound().catch(() => false)
      const now = performance.now()
      if (!sound || now - lookedAt > LATE_MS) unsound.push([lookedAt, now])
      lookedAt = now
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  }
  const watching = watch()

  return {
    // A read meets the region as it was a little before, when the edge heard of it.
    wasSound: (from, to) => !unsound.some(([start, end]) => start < to && end > from - LAG_MS_MAX),
    deliveredToMs: () => deliveredToMs,
    async [Symbol.asyncDispose]() {
      isEnded = true
      await watching
      redis.disconnect()
    },
  }
}
