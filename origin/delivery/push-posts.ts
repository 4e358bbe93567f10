import type { PostId, UserId } from '../../shared/ids.ts'
import { keys } from '../../shared/keys.ts'
import { DELIVERY_CHUNK_FOLLOWERS, DELIVERY_TURNS_MAX } from '../../shared/limits.ts'
import type { DeliverySession } from '../ports/delivery-store.ts'
import type { Truth } from '../ports/truth.ts'
import type { NewPost } from './effects.ts'

export interface PushDeps {
  readonly session: Pick<DeliverySession, 'push'>
  readonly truth: Pick<Truth, 'followers'>
}

/** One author's posts, on their way through its followers. */
interface Turn {
  readonly author: UserId
  readonly posts: readonly PostId[]
  after: UserId | undefined
}

/**
 * Every post goes to its author's list and own timeline, whatever was decided; a pushed one to each
 * follower. Authors take turns, a chunk of followers each, so that a large one does not hold up a small
 * one; a few turns run at once, since each waits for Postgres half of its time.
 */
export async function pushPosts(created: readonly NewPost[], deps: PushDeps): Promise<void> {
  const { session } = deps
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
  }))
  const workers = Array.from({ length: Math.min(DELIVERY_TURNS_MAX, turns.length) }, () =>
    work(turns, deps),
  )
  await Promise.all(workers)
}

async function work(turns: Turn[], { session, truth }: PushDeps): Promise<void> {
  for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
    const { author, posts, after } = turn
    const followers = await truth.followers(author, after, DELIVERY_CHUNK_FOLLOWERS)
    const timelines = followers.map(keys.timeline)
    await Promise.all(posts.map((post) => session.push(timelines, post)))
    turn.after = followers.at(-1)
    if (followers.length === DELIVERY_CHUNK_FOLLOWERS) turns.push(turn)
  }
}
