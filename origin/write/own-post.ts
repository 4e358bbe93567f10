import { AppError } from '../../shared/errors.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import type { PostRow, WriteTransaction } from '../ports/writes.ts'

/**
 * The post, locked, if it is the user's own. Somebody else's is forbidden when the user may see it, and
 * else absent: the refusal must not tell that it exists.
 */
export async function lockOwnPost(
  { posts, relations }: WriteTransaction,
  user: UserId,
  post: PostId,
): Promise<PostRow & { readonly deleted: boolean }> {
  const row = await posts.lock(post)
  if (row === undefined) throw new AppError('POST_NOT_FOUND', 'no row')
  if (row.author.id === user) return row
  const { blocking, blockedBy } = await relations.standing(user, row.author.id)
  if (row.deleted || blocking || blockedBy) throw new AppError('POST_NOT_FOUND', 'not visible')
  throw new AppError('AUTH_FORBIDDEN', 'the post of another author')
}
