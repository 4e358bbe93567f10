import { AppError } from '../../shared/errors.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import type { CreatePost } from '../../shared/post.ts'
import type { CreatedPost, PostRow, Written } from '../ports/writes.ts'
import type { WriteDeps, WriteRequest } from './perform.ts'

export interface CreatePostDeps extends WriteDeps {
  /** Puts the post on its author's own list at once; delivery does it again. Bounded in time. */
  readonly pushOwn: (author: UserId, post: PostId) => Promise<void>
  /** The push failed: worth a log line, never the write, which is committed. */
  readonly pushFailed: (error: unknown) => void
  /** Keeps the post for readers of this process, who ask for it before delivery has written it anywhere. */
  readonly keepText: (created: CreatedPost) => void
}

/** The store decides push or pull inside the transaction, from the followers and settings of that moment. */
export const createPost =
  ({ writes, published, pushOwn, pushFailed, keepText }: CreatePostDeps) =>
  async ({ user, idempotency }: WriteRequest, post: CreatePost): Promise<Written<PostRow>> => {
    const created = await writes.createPost(user, post, idempotency)
    if (created === undefined) throw new AppError('AUTH_TOKEN_INVALID', `no user ${user}`)
    keepText(created)
    published()
    const { facts, token } = created
    await pushOwn(user, facts.id).catch(pushFailed)
    return { facts, token }
  }
