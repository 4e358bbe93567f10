import type { PostId } from '../../shared/ids.ts'
import type { ListKey } from '../../shared/keys.ts'
import type { PostList } from '../../shared/list.ts'

export type Warming =
  | 'warmed'
  /** Another warmer, or a valid list, is there. */
  | 'owned'
  /** The bucket has no watermark yet, or the list vanished meanwhile. */
  | 'gave-up'

/**
 * Timelines and author lists: one protocol.
 *
 * Every adapter promises (each is checked by the contract test):
 * - `push` reaches only lists that exist, so an evicted one cannot come back with one post and look whole;
 * - `push` may be repeated or late: it changes no page;
 * - `read` answers `undefined` for a list without a valid marker of this generation, never a part of one;
 * - `warm` of a list that somebody else warms, or that vanished meanwhile, changes nothing.
 */
export interface ListStore {
  push(lists: readonly ListKey[], post: PostId): Promise<void>
  read(list: ListKey): Promise<PostList | undefined>
  /** `load` is called only by the warmer that owns the list, after it was fenced. */
  warm(list: ListKey, load: () => Promise<PostList>): Promise<Warming>
  /** Forgets lists: of an erased user, or before a rebuild. */
  drop(lists: readonly ListKey[]): Promise<void>
}
