import { fnv1a } from './hash.ts'
import type { PostId, UserId } from './ids.ts'

/** One of 256 hash tags. Everything of a bucket lives, and fails, on one Redis node. */
export type Bucket = number & { readonly __brand: 'Bucket' }
export type ListKey = string & { readonly __brand: 'ListKey' }

const BUCKETS = 256
export const LOG_PARTITIONS = 8

export const allBuckets: readonly Bucket[] = Array.from(
  { length: BUCKETS },
  (_, at) => at as Bucket,
)

export const bucketOf = (id: PostId | UserId): Bucket => (fnv1a(id) % BUCKETS) as Bucket

const tag = (bucket: Bucket): string => `{${bucket.toString(16).padStart(2, '0')}}`
const tags = allBuckets.map(tag)
const bucketByTag = new Map(allBuckets.map((bucket) => [tag(bucket), bucket]))
const TAG_CHARACTERS = '{00}'.length
const tagOf = (id: PostId | UserId): string => tags[bucketOf(id)] ?? tag(bucketOf(id))

/** Every Redis key that we use is spelt here, once, with the braces that pin it to a cluster slot. */
export const keys = {
  watermark: (bucket: Bucket) => `${tag(bucket)}:wm`,
  timeline: (viewer: UserId) => `${tagOf(viewer)}:t:${viewer}` as ListKey,
  authorList: (author: UserId) => `${tagOf(author)}:a:${author}` as ListKey,
  post: (post: PostId) => `${tagOf(post)}:p:${post}`,
  user: (user: UserId) => `${tagOf(user)}:u:${user}`,
  userCounts: (user: UserId) => `${tagOf(user)}:c:${user}`,
  viewer: (viewer: UserId) => `${tagOf(viewer)}:v:${viewer}`,
  session: (viewer: UserId, session: string) => `${tagOf(viewer)}:s:${viewer}:${session}`,
  sessions: (viewer: UserId) => `${tagOf(viewer)}:ss:${viewer}`,
  /** Of the region as a whole; one tag, so that one script reaches all of them. */
  lease: '{hw}:lease',
  invalidationLog: '{hw}:log',
  /** The highest leader's term seen: an older leader's writes are refused. */
  leaderTerm: '{hw}:term',
  pulledSet: '{hw}:pulled',
  pulledSetHorizon: '{hw}:pulledAt',
} as const

/** The bucket that a key's braces name; `undefined` for those of the region. */
export const bucketOfKey = (key: string): Bucket | undefined =>
  bucketByTag.get(key.slice(0, TAG_CHARACTERS))

/** Log key of a post's events: its author. Of a relationship's: the pair, smaller id first. */
export const pairKey = (a: UserId, b: UserId): string =>
  a.length < b.length || (a.length === b.length && a < b) ? `${a}:${b}` : `${b}:${a}`

export const logPartitionOf = (key: string): number => fnv1a(key) % LOG_PARTITIONS
