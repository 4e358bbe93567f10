import type { Horizon, Token } from '../../shared/horizon.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import type { Tag } from '../../shared/invalidation.ts'

export interface TailPost {
  readonly post: PostId
  readonly author: UserId
  readonly xid: number
}

/**
 * The last minutes of the log in this process's memory: posts of all authors, and every tag's version.
 *
 * Promises: it has everything that `horizon` shows and that was committed after `reachesToMs`; a wait for
 * a token ends within TAIL_WAIT_MS_MAX, after which the outbox itself is read, once for all who wait.
 */
export interface Tail {
  /** False until it has caught up, and after it lost the outbox. */
  ready(): boolean
  /** Since when, in milliseconds, something may be visible in Postgres that it has not read. */
  ageMs(): number
  /** What it has now. Take it before a read begins: it is the page's `asOf`. */
  horizon(): Horizon
  /** Postgres time: a watermark at or past it has nothing behind it that the tail lacks. */
  reachesToMs(): number
  postsOf(author: UserId): readonly TailPost[]
  /**
   * False for a post that it has not come to: delivery may be quicker, and what was decided about the author
   * before the post is then unknown here too. One that it passed over, or has forgotten, counts as heard of.
   */
  hasHeardOf(post: PostId, author: UserId): boolean
  /** All posts it holds, newest last. */
  posts(): Iterable<TailPost>
  /** The highest version heard for the tag, with its transaction. */
  heard(tag: Tag): { readonly version: number; readonly xid: number } | undefined
  /** The authors with a pull post younger than PULLED_SET_LIFE_MS. */
  pulledSet(): ReadonlySet<UserId>
  /** Resolves when the horizon has the token; `false` when the outbox could not be read. */
  waitFor(token: Token): Promise<boolean>
}
