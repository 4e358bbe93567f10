import type { Reply } from '../../../shared/feed/wave.ts'
import { allBuckets, bucketOfKey, keys, type Bucket } from '../../../shared/keys.ts'
import { SCRIPT_BATCH_MAX } from '../../../shared/limits.ts'
import type { Generation } from '../../../shared/list.ts'
import { parseWatermark, type Watermark } from '../../../shared/watermark.ts'
import { EMPTY } from '../../lists/watermark.ts'
import type { RawConnection } from './raw-connection.ts'
import { evalsha, type ScriptCall } from './scripts.ts'

/** The replies to HGETALL of every bucket's watermark. */
export function watermarksOf(replies: readonly Reply[]): Map<Bucket, Watermark> {
  const watermarks = new Map<Bucket, Watermark>()
  for (const [at, bucket] of allBuckets.entries()) {
    const flat = replies[at]
    if (!Array.isArray(flat)) continue
    const fields: Record<string, string> = {}
    for (let field = 0; field < flat.length; field += 2) fields[flat[field]] = flat[field + 1]
    const watermark = parseWatermark(fields)
    if (watermark !== undefined) watermarks.set(bucket, watermark)
  }
  return watermarks
}

/**
 * Removes what a node has of the buckets, watermarks excepted. Lists of another generation are absent by
 * themselves, but a fragment or a viewer record may be of any age, and a new watermark would vouch for it.
 */
export async function wipe(
  buckets: ReadonlyMap<Bucket, Generation | undefined>,
  node: Pick<RawConnection, 'send'>,
): Promise<void> {
  let cursor = '0'
  do {
    const [reply] = await node.send([['SCAN', cursor, 'COUNT', '1000']])
    if (!Array.isArray(reply)) throw new TypeError('SCAN without a reply')
    const [next, names] = reply as unknown as readonly [string, readonly string[]]
    const calls = [...Map.groupBy(names, bucketOfKey)].flatMap(([bucket, group]) => {
      if (bucket === undefined || !buckets.has(bucket)) return []
      const watermark = keys.watermark(bucket)
      const doomed = group.filter((name) => name !== watermark)
      const args = [buckets.get(bucket) ?? '']
      const call: ScriptCall = { script: EMPTY, keys: [watermark, ...doomed], args }
      return doomed.length === 0 ? [] : [evalsha(call)]
    })
    for (let at = 0; at < calls.length; at += SCRIPT_BATCH_MAX) {
      await node.send(calls.slice(at, at + SCRIPT_BATCH_MAX))
    }
    cursor = next
  } while (cursor !== '0')
}
