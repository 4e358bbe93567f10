import type { PostId, UserId } from '../../shared/ids.ts'
import type { AuthorRow } from './writes.ts'

/** Newest first; keys below `before`. */
export interface Walk {
  readonly before: string | undefined
  readonly limit: number
}

export interface WalkPage<Item> {
  readonly items: readonly Item[]
  /** The last key given out; `undefined`: nothing is behind it. */
  readonly next: string | undefined
}

export interface PastText {
  /** The version of the post that had it. */
  readonly version: number
  readonly text: string
  readonly replacedAtMs: number
}

/**
 * Lists that few read and that no cache holds, from the primary: they contain every acknowledged write.
 *
 * Promises: a blocked pair finds neither each other's lists (USER_NOT_FOUND, POST_NOT_FOUND) nor each
 * other in the lists of somebody else.
 */
export interface People {
  followers(viewer: UserId | undefined, user: UserId, walk: Walk): Promise<WalkPage<AuthorRow>>
  following(viewer: UserId | undefined, user: UserId, walk: Walk): Promise<WalkPage<AuthorRow>>
  blocks(viewer: UserId, walk: Walk): Promise<WalkPage<AuthorRow>>
  mutes(viewer: UserId, walk: Walk): Promise<WalkPage<AuthorRow>>
  edits(viewer: UserId | undefined, post: PostId, walk: Walk): Promise<WalkPage<PastText>>
}
