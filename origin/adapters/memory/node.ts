import type { PostFragment, UserFragment } from '../../../shared/fragment.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { bucketOfKey, type Bucket, type ListKey } from '../../../shared/keys.ts'
import type { Generation, PostList } from '../../../shared/list.ts'
import type { ViewerRecord } from '../../../shared/viewer-record.ts'
import type { DeliveryException, PartitionMark } from '../../../shared/watermark.ts'

/** One life of a bucket, and what each log partition claims of it. */
export interface MemoryWatermark {
  readonly generation: Generation
  readonly marks: Map<number, PartitionMark>
  readonly exceptions: Map<number, readonly DeliveryException[]>
}

export type MemoryList =
  | { readonly state: 'warming'; readonly warmer: symbol; readonly pushed: Set<PostId> }
  | { readonly state: 'whole'; readonly generation: Generation; readonly posts: PostList }

export interface VersionedJson {
  readonly version: number
  readonly json: string
}

/** What a Redis node holds, as plain maps; the memory adapters share one as the Redis ones share a server. */
export interface MemoryNode {
  readonly watermarks: Map<Bucket, MemoryWatermark>
  readonly lists: Map<ListKey, MemoryList>
  readonly posts: Map<PostId, PostFragment>
  readonly users: Map<UserId, UserFragment>
  readonly counts: Map<UserId, VersionedJson>
  readonly viewers: Map<UserId, ViewerRecord>
  readonly sessions: Map<UserId, readonly { readonly session: string; readonly text: string }[]>
}

export const memoryNode = (): MemoryNode => ({
  watermarks: new Map(),
  lists: new Map(),
  posts: new Map(),
  users: new Map(),
  counts: new Map(),
  viewers: new Map(),
  sessions: new Map(),
})

/** Loses everything, as FLUSHALL does. */
export function flush(node: MemoryNode): void {
  for (const map of Object.values(node) as Map<unknown, unknown>[]) map.clear()
}

export function generationOfList(node: MemoryNode, list: ListKey): Generation | undefined {
  const bucket = bucketOfKey(list)
  return bucket === undefined ? undefined : node.watermarks.get(bucket)?.generation
}

/** The list, unless it belongs to another life of its bucket or is not whole. */
export function wholeList(node: MemoryNode, list: ListKey): PostList | undefined {
  const found = node.lists.get(list)
  if (found?.state !== 'whole' || found.generation !== generationOfList(node, list))
    return undefined
  return found.posts
}
