import { AppError } from '../../../shared/errors.ts'
import type { Bucket } from '../../../shared/keys.ts'
import { allBuckets, bucketOf, bucketOfKey, LOG_PARTITIONS } from '../../../shared/keys.ts'
import { formatMark, type Watermark } from '../../../shared/watermark.ts'
import type { Claim, DeliverySession, DeliveryStore } from '../../ports/delivery-store.ts'
import { pushTo } from './list-store.ts'
import type { MemoryNode, MemoryRedis, MemoryWatermark } from './node.ts'
import { putPost, putVersioned } from './versions.ts'

export function memoryDeliveryStore(
  node: MemoryRedis,
  { postsMax }: { readonly postsMax: () => number },
): DeliveryStore {
  return { open: () => Promise.resolve(memorySession(node, postsMax)) }
}

function memorySession(node: MemoryRedis, postsMax: () => number): DeliverySession {
  let found = new Map<Bucket, Watermark>()
  const failures = [...node.failures.values()].join()

  /** A server that failed took the connection along, and what was sent over it with it. */
  const connected = (): Promise<void> =>
    [...node.failures.values()].join() === failures
      ? Promise.resolve()
      : Promise.reject(new AppError('STORE_UNAVAILABLE', 'redis: the connection was lost'))

  const session = sessionOf()
  return {
    watermarks: () => connected().then(session.watermarks),
    begin: (...begun) => connected().then(() => session.begin(...begun)),
    push: (...pushed) => connected().then(() => session.push(...pushed)),
    putPosts: (posts) => connected().then(() => session.putPosts(posts)),
    putUsers: (users) => connected().then(() => session.putUsers(users)),
    putViewers: (viewers) => connected().then(() => session.putViewers(viewers)),
    claim: (claims) => connected().then(() => session.claim(claims)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }

  function sessionOf(): Omit<DeliverySession, typeof Symbol.asyncDispose> {
    return {
      watermarks() {
        found = new Map(
          allBuckets.flatMap((bucket) => {
            const watermark = watermarkOf(node, bucket)
            return watermark === undefined ? [] : [[bucket, watermark] as const]
          }),
        )
        return Promise.resolve(found)
      },

      begin(buckets, generation, mark) {
        for (const bucket of buckets) {
          if (node.watermarks.get(bucket)?.generation !== found.get(bucket)?.generation) continue
          wipe(node, bucket)
          const partitions = Array.from({ length: LOG_PARTITIONS }, (_, partition) => partition)
          node.watermarks.set(bucket, {
            generation,
            marks: new Map(partitions.map((partition) => [partition, mark])),
            exceptions: new Map(),
          })
        }
        return Promise.resolve()
      },

      push(lists, post) {
        for (const list of lists) pushTo(node, list, post, postsMax())
        return Promise.resolve()
      },

      putPosts(fragments) {
        for (const [post, fragment] of fragments) putPost(node.posts, post, fragment)
        return Promise.resolve()
      },

      putUsers(fragments) {
        for (const [user, fragment] of fragments) putVersioned(node.users, user, fragment)
        return Promise.resolve()
      },

      putViewers(records) {
        for (const record of records) putVersioned(node.viewers, record.viewer, record)
        return Promise.resolve()
      },

      claim(claims) {
        const refused = claims.filter((claim) => !holds(node.watermarks.get(claim.bucket), claim))
        const buckets = new Set(refused.map(({ bucket }) => bucket))
        for (const { bucket, partition, mark, exceptions } of claims) {
          const watermark = node.watermarks.get(bucket)
          if (watermark === undefined || buckets.has(bucket)) continue
          node.watermarks.set(bucket, {
            ...watermark,
            marks: new Map([...watermark.marks, [partition, mark]]),
            exceptions: new Map([...watermark.exceptions, [partition, exceptions]]),
          })
        }
        return Promise.resolve([...buckets])
      },
    }
  }
}

function holds(watermark: MemoryWatermark | undefined, claim: Claim): boolean {
  if (watermark?.generation !== claim.generation) return false
  const mark = watermark.marks.get(claim.partition)
  if (mark === undefined || claim.expected === undefined) return mark === claim.expected
  return formatMark(mark) === formatMark(claim.expected)
}

function watermarkOf(node: MemoryNode, bucket: Bucket): Watermark | undefined {
  const watermark = node.watermarks.get(bucket)
  if (watermark === undefined) return undefined
  const partitions = Array.from({ length: LOG_PARTITIONS }, (_, partition) => partition)
  return {
    generation: watermark.generation,
    marks: partitions.map((partition) => watermark.marks.get(partition)),
    exceptions: partitions.flatMap((partition) => watermark.exceptions.get(partition) ?? []),
  }
}

/** Whatever the bucket held may be older than its new life. */
function wipe(node: MemoryNode, bucket: Bucket): void {
  for (const list of node.lists.keys()) if (bucketOfKey(list) === bucket) node.lists.delete(list)
  for (const map of [node.posts, node.users, node.counts, node.viewers, node.sessions]) {
    const entries = map as Map<Parameters<typeof bucketOf>[0], unknown>
    for (const id of entries.keys()) if (bucketOf(id) === bucket) entries.delete(id)
  }
}
