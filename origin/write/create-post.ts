import { AppError } from '../../shared/errors.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import type { CreatePost } from '../../shared/post.ts'
import type { PostRow, Written } from '../ports/writes.ts'
import type { WriteDeps, WriteRequest } from './perform.ts'

export interface CreatePostDeps extends WriteDeps {
  /** Puts the post on its author's own list at once; delivery does it again. Bounded in time. */
  readonly pushOwn: (author: UserId, post: PostId) => Promise<void>
  /** The push failed: worth a log line, never the write, which is committed. */
  readonly pushFailed: (error: unknown) => void
}

/** The store decides push or pull inside the transaction, from the followers and settings of that moment. */
export const createPost =
  ({ writes, published, pushOwn, pushFailed }: CreatePostDeps) =>
  async ({ user, idempotency }: WriteRequest, post: CreatePost): Promise<Written<PostRow>> => {
    const written = await writes.createPost(user, post, idempotency)
    if (written === undefined) throw new AppError('AUTH_TOKEN_INVALID', `no user ${user}`)
    published()
    await pushOwn(user, written.facts.id).catch(pushFailed)
    return written
  }
