import type { PostFragment, UserFragment } from '../../shared/fragment.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import type { Bucket, ListKey } from '../../shared/keys.ts'
import type { Generation } from '../../shared/list.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import type { DeliveryException, PartitionMark, Watermark } from '../../shared/watermark.ts'

/** What a consumer claims of a bucket: everything of its partition up to the mark was delivered. */
export interface Claim {
  readonly bucket: Bucket
  readonly partition: number
  readonly generation: Generation
  /** What the consumer wrote last, or found; `undefined` when there was none. */
  readonly expected: PartitionMark | undefined
  readonly mark: PartitionMark
  readonly exceptions: readonly DeliveryException[]
}

/**
 * A connection, and what was written over it. Sessions of a process may share one, and then end together.
 *
 * Promises: writes and claims reach Redis in the order of the calls; a claim is written only after every
 * earlier write of its bucket was answered; after a lost connection, a redirect or an error answer every
 * call rejects: the caller opens another session, reads the watermarks and delivers again from there.
 */
export interface DeliverySession extends AsyncDisposable {
  /** Of all buckets. A bucket without one is missing. */
  watermarks(): Promise<ReadonlyMap<Bucket, Watermark>>
  /**
   * Begins a new life of buckets that have none, or whose claims reach too far back: whatever they held
   * is removed, and every partition starts at `mark`, a tick made before the call. All that it shows is
   * in every list that is warmed, and every fragment that is written, from now on. A bucket that somebody
   * else began since `watermarks` answered is left alone.
   */
  begin(buckets: readonly Bucket[], generation: Generation, mark: PartitionMark): Promise<void>
  /** LPUSHX: reaches only lists that exist. */
  push(lists: readonly ListKey[], post: PostId): Promise<void>
  putPosts(fragments: ReadonlyMap<PostId, PostFragment>): Promise<void>
  putUsers(fragments: ReadonlyMap<UserId, UserFragment>): Promise<void>
  putViewers(records: readonly ViewerRecord[]): Promise<void>
  /**
   * Compare-and-set, one script a bucket; what sessions claim at the same moment may go together, and each
   * is refused for itself. Answers the buckets whose compare failed.
   */
  claim(claims: readonly Claim[]): Promise<readonly Bucket[]>
}

export interface DeliveryStore {
  open(): Promise<DeliverySession>
}
