import type { PostId, UserId } from '../../shared/ids.ts'
import { REWRITE_CHUNK_POSTS } from '../../shared/limits.ts'
import type { DeliverySession } from '../ports/delivery-store.ts'
import type { Truth } from '../ports/truth.ts'
import type { Waves } from '../ports/waves.ts'

export interface RewriteDeps {
  readonly session: Pick<DeliverySession, 'putPosts'>
  readonly truth: Pick<Truth, 'authorPage' | 'posts'>
  readonly waves: Waves
}

/**
 * A post's fragment has its author inside, so a changed profile rewrites those that are cached, newest
 * first and in chunks: 60 seconds are allowed, and posts on their way go first. What is not cached is
 * written with the new profile whenever somebody reads it.
 */
export async function rewriteAuthor(
  author: UserId,
  { session, truth, waves }: RewriteDeps,
  signal: AbortSignal,
): Promise<void> {
  let before: PostId | undefined
  for (;;) {
    signal.throwIfAborted()
    const { ids, ended } = await truth.authorPage(author, before, REWRITE_CHUNK_POSTS)
    const { heads } = await waves.send({ heads: ids })
    const cached = ids.filter((id) => heads.has(id))
    if (cached.length > 0) await session.putPosts(await truth.posts(cached))
    before = ids.at(-1)
    if (ended || before === undefined) return
  }
}
