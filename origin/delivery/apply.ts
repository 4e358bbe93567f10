import type { PostFragment } from '../../shared/fragment.ts'
import type { PostId } from '../../shared/ids.ts'
import { DELIVERY_READ_MAX } from '../../shared/limits.ts'
import type { DeliverySession } from '../ports/delivery-store.ts'
import type { Truth } from '../ports/truth.ts'
import type { Effects } from './effects.ts'
import { pushPosts, type Remainder } from './push-posts.ts'

export interface ApplyDeps {
  readonly session: Pick<DeliverySession, 'push' | 'putPosts' | 'putUsers' | 'putViewers'>
  readonly truth: Pick<Truth, 'posts' | 'users' | 'viewerRecords' | 'followers'>
  /** Posts that may be left to jobs; without it everything is delivered here. */
  readonly rangedMax?: number
  readonly inlineFollowersMax?: number
}

/**
 * Fragments before ids: a reader that finds an id in a list finds its post too. Answers the followers who
 * are left.
 */
export async function applyEffects(
  effects: Effects,
  { session, truth, rangedMax = 0, inlineFollowersMax }: ApplyDeps,
): Promise<readonly Remainder[]> {
  for (const viewers of chunks(effects.viewers)) {
    await session.putViewers([...(await truth.viewerRecords(viewers)).values()])
  }
  for (const users of chunks(effects.users)) {
    await session.putUsers(await truth.users(users))
  }
  const fragments = new Map<PostId, PostFragment>()
  for (const posts of chunks(effects.posts)) {
    const read = await truth.posts(posts)
    await session.putPosts(read)
    for (const [post, fragment] of read) fragments.set(post, fragment)
  }
  const alive = effects.created.filter(({ post }) => fragments.get(post)?.json !== undefined)
  return pushPosts(alive, { session, truth, rangedMax, inlineFollowersMax })
}

function* chunks<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += DELIVERY_READ_MAX) {
    yield items.slice(at, at + DELIVERY_READ_MAX)
  }
}
