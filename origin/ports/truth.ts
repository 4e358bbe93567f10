import type { PostFragment, UserFragment } from '../../shared/fragment.ts'
import type { Horizon } from '../../shared/horizon.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import type { PostList } from '../../shared/list.ts'
import type { UserCounts } from '../../shared/user.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'

/** Post ids newest first, as of one snapshot of the primary. `ended`: nothing older is there. */
export interface TruthPage {
  readonly ids: readonly PostId[]
  readonly ended: boolean
  readonly horizon: Horizon
}

/**
 * Postgres, as the feed, delivery and warming read it. Each call is one statement, so one snapshot,
 * on the primary. Fragments are the same bytes that delivery stores.
 */
export interface Truth {
  /** Posts of everyone whom the viewer follows, and its own; not deleted. `before`: ids below it. */
  timelinePage(viewer: UserId, before: PostId | undefined, limit: number): Promise<TruthPage>
  authorPage(author: UserId, before: PostId | undefined, limit: number): Promise<TruthPage>
  /** The newest posts of all followees whatever was decided for them, and the viewer's own, as a list with its floor. */
  timeline(viewer: UserId, postsMax: number): Promise<PostList>
  authorList(author: UserId, postsMax: number): Promise<PostList>
  /** Deleted ones as tombstones; unknown ids are missing. */
  posts(ids: readonly PostId[]): Promise<ReadonlyMap<PostId, PostFragment>>
  users(ids: readonly UserId[]): Promise<ReadonlyMap<UserId, UserFragment>>
  counts(
    ids: readonly UserId[],
  ): Promise<ReadonlyMap<UserId, UserCounts & { readonly version: number }>>
  /** A viewer that does not exist is missing. */
  viewerRecords(
    ids: readonly UserId[],
  ): Promise<ReadonlyMap<UserId, ViewerRecord & { readonly horizon: Horizon }>>
  /** Followers in chunks, by id; those above `after`. */
  followers(author: UserId, after: UserId | undefined, limit: number): Promise<readonly UserId[]>
  /** Authors with a pull post since the time, with the newest such post of each. */
  pulledAuthors(
    sinceMs: number,
  ): Promise<{ readonly authors: ReadonlyMap<UserId, PostId>; readonly horizon: Horizon }>
}
