import type { PostId, UserId } from '../../shared/ids.ts'
import { keys } from '../../shared/keys.ts'
import {
  DELIVERY_CHUNK_FOLLOWERS,
  DELIVERY_INLINE_FOLLOWERS_MAX,
  DELIVERY_TURNS_MAX,
} from '../../shared/limits.ts'
import type { DeliverySession } from '../ports/delivery-store.ts'
import type { Truth } from '../ports/truth.ts'
import type { NewPost } from './effects.ts'

export interface PushDeps {
  readonly session: Pick<DeliverySession, 'push'>
  readonly truth: Pick<Truth, 'followers'>
  /** Posts whose further followers may be left to jobs. */
  readonly rangedMax: number
  readonly inlineFollowersMax: number | undefined
}

/** One author's posts, and the followers whom they have not reached: those above `after`. */
export interface Remainder {
  readonly author: UserId
  readonly posts: readonly PostId[]
  readonly after: UserId
}

/** One author's posts, on their way through its followers. */
interface Turn {
  readonly author: UserId
  readonly posts: readonly PostId[]
  after: UserId | undefined
  followers: number
}

/**
 * Every post goes to its author's list and own timeline, whatever was decided; a pushed one to each
 * follower. Authors take turns, a chunk of followers each, so that a large one does not hold up a small
 * one; a few turns run at once, since each waits for Postgres half of its time. Of an author with more
 * followers than one consumer should work through, the rest is answered.
 */
export async function pushPosts(
  created: readonly NewPost[],
  { session, truth, rangedMax, inlineFollowersMax = DELIVERY_INLINE_FOLLOWERS_MAX }: PushDeps,
): Promise<readonly Remainder[]> {
  await Promise.all(
    created.map(({ author, post }) =>
      session.push([keys.authorList(author), keys.timeline(author)], post),
    ),
  )
  const pushed = created.filter(({ delivery }) => delivery === 'push')
  const turns = [...Map.groupBy(pushed, ({ author }) => author)].map(([author, posts]): Turn => ({
    author,
    posts: posts.map(({ post }) => post),
    after: undefined,
    followers: 0,
  }))
  const left: Remainder[] = []
  let room = rangedMax

  async function work(): Promise<void> {
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      const { author, posts } = turn
      const limit = Math.min(DELIVERY_CHUNK_FOLLOWERS, inlineFollowersMax)
      const followers = await truth.followers(author, turn.after, limit)
      const timelines = followers.map(keys.timeline)
      await Promise.all(posts.map((post) => session.push(timelines, post)))
      const after = followers.at(-1)
      if (after === undefined || followers.length < limit) continue
      turn.after = after
      turn.followers += followers.length
      const isLeft = turn.followers >= inlineFollowersMax && posts.length <= room
      if (!isLeft) {
        turns.push(turn)
        continue
      }
      room -= posts.length
      left.push({ author, posts, after })
    }
  }
  const workers = Math.min(DELIVERY_TURNS_MAX, turns.length)
  await Promise.all(Array.from({ length: workers }, work))
  return left
}
