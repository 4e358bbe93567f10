import type { PostFragment, UserFragment } from '../../shared/fragment.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'

/**
 * What readers put back after a miss. Best effort and version-checked: a lower version never replaces a
 * higher one, and a fill whose read began more than FILL_AGE_MS_MAX ago is dropped.
 */
export interface ProjectionFills {
  posts(fragments: ReadonlyMap<PostId, PostFragment>, readAtMs: number): Promise<void>
  users(fragments: ReadonlyMap<UserId, UserFragment>, readAtMs: number): Promise<void>
  viewers(records: readonly ViewerRecord[], readAtMs: number): Promise<void>
  counts(
    counts: ReadonlyMap<UserId, { readonly version: number; readonly json: string }>,
  ): Promise<void>
}
