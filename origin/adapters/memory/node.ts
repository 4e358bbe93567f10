import type { PostFragment, UserFragment } from '../../../shared/fragment.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { bucketOf, bucketOfKey, type Bucket, type ListKey } from '../../../shared/keys.ts'
import type { Generation, PostList } from '../../../shared/list.ts'
import type { ViewerRecord } from '../../../shared/viewer-record.ts'
import type { DeliveryException, PartitionMark } from '../../../shared/watermark.ts'
import type { NumberedInvalidation } from '../../ports/invalidation-region.ts'
import { journal, type Journal } from './journal.ts'

/** One life of a bucket, and what each log partition claims of it. */
export interface MemoryWatermark {
  readonly generation: Generation
  readonly marks: ReadonlyMap<number, PartitionMark>
  readonly exceptions: ReadonlyMap<number, readonly DeliveryException[]>
}

export type MemoryList = { readonly expiresAtMs: number } & (
  | { readonly state: 'warming'; readonly warmer: string; readonly pushed: readonly PostId[] }
  | { readonly state: 'whole'; readonly generation: Generation; readonly posts: PostList }
)

export interface VersionedJson {
  readonly version: number
  readonly json: string
  readonly expiresAtMs: number
}

/** Absent: two texts were each ahead in one version, so only the versions are remembered. */
export type StoredFragment = PostFragment & { readonly isAbsent?: true }

/** What the leader keeps of a region: one value, since each of its steps is one. */
export interface RegionState {
  readonly term: number
  readonly log: readonly NumberedInvalidation[]
  readonly lease: { readonly text: string; readonly expiresAtMs: number } | undefined
  readonly pulledAt: string | undefined
  readonly pulled: string | undefined
}

/** What Redis holds, as plain maps; the memory adapters share one as the Redis ones share a server. */
export interface MemoryNode {
  readonly watermarks: Map<Bucket, MemoryWatermark>
  readonly lists: Map<ListKey, MemoryList>
  readonly posts: Map<PostId, StoredFragment>
  readonly users: Map<UserId, UserFragment>
  readonly counts: Map<UserId, VersionedJson>
  readonly viewers: Map<UserId, ViewerRecord>
  readonly sessions: Map<UserId, readonly { readonly session: string; readonly text: string }[]>
  readonly region: Map<'state', RegionState>
}

/** A Redis of one or several servers, with its clock and what it remembers of its writes. */
export interface MemoryRedis extends MemoryNode {
  readonly now: () => number
  readonly journal: Journal
  readonly serverOf: (bucket: Bucket | undefined) => string
  readonly serverOfKey: (table: string, key: unknown) => string
  /** Rises when a server fails: connections of before are gone. */
  readonly failures: Map<string, number>
}

export interface MemoryNodeOptions {
  /** Without a clock nothing expires. */
  readonly now?: () => number
  /** The server that holds a bucket; `undefined` is the region's own keys. */
  readonly serverOf?: (bucket: Bucket | undefined) => string
  /** Without it nothing can be taken back. */
  readonly writesRemembered?: number
}

export function memoryNode(options: MemoryNodeOptions = {}): MemoryRedis {
  const { now = () => 0, serverOf = () => 'only', writesRemembered = 0 } = options
  const written = journal({ now, entriesMax: writesRemembered })
  const places: Record<string, (key: never) => string> = {}
  function table<Key, Value>(name: string, place: (key: Key) => string): Map<Key, Value> {
    places[name] = place
    return written.map(name, place)
  }
  const ofPost = (id: PostId) => serverOf(bucketOf(id))
  const ofUser = (id: UserId) => serverOf(bucketOf(id))
  return {
    now,
    journal: written,
    serverOf,
    serverOfKey: (name, key) => places[name]?.(key as never) ?? 'none',
    failures: new Map(),
    watermarks: table('watermarks', (bucket: Bucket) => serverOf(bucket)),
    lists: table('lists', (list: ListKey) => serverOf(bucketOfKey(list))),
    posts: table('posts', ofPost),
    users: table('users', ofUser),
    counts: table('counts', ofUser),
    viewers: table('viewers', ofUser),
    sessions: table('sessions', ofUser),
    region: table('region', () => serverOf(undefined)),
  }
}

export const tablesOf = ({
  watermarks,
  lists,
  posts,
  users,
  counts,
  viewers,
  sessions,
  region,
}: MemoryNode) =>
  ({ watermarks, lists, posts, users, counts, viewers, sessions, region }) as unknown as Readonly<
    Record<string, Map<unknown, unknown>>
  >

/** Loses everything, as FLUSHALL does. */
export function flush(node: MemoryNode): void {
  for (const map of Object.values(tablesOf(node))) map.clear()
}

/** What is there and has not expired. */
export function livingList(node: MemoryRedis, list: ListKey): MemoryList | undefined {
  const found = node.lists.get(list)
  return found === undefined || found.expiresAtMs <= node.now() ? undefined : found
}

export function generationOfList(node: MemoryNode, list: ListKey): Generation | undefined {
  const bucket = bucketOfKey(list)
  return bucket === undefined ? undefined : node.watermarks.get(bucket)?.generation
}

/** The list, unless it belongs to another life of its bucket or is not whole. */
export function wholeList(node: MemoryRedis, list: ListKey): PostList | undefined {
  const found = livingList(node, list)
  if (found?.state !== 'whole' || found.generation !== generationOfList(node, list))
    return undefined
  return found.posts
}
