import { AppError } from '../../shared/errors.ts'
import type { PostId } from '../../shared/ids.ts'
import type { EditPost } from '../../shared/post.ts'
import type { PostRow, Written } from '../ports/writes.ts'
import { lockOwnPost } from './own-post.ts'
import { perform, type WriteDeps, type WriteRequest } from './perform.ts'

/** The text it had goes into the history. The same text again changes nothing. */
export const editPost =
  (deps: WriteDeps) =>
  (request: WriteRequest, post: PostId, { text }: EditPost): Promise<Written<PostRow>> =>
    perform(deps, request, async (transaction) => {
      const { deleted, ...before } = await lockOwnPost(transaction, request.user, post)
      if (deleted) throw new AppError('POST_NOT_FOUND', 'deleted')
      if (before.text === text) return before
      const after = await transaction.posts.replaceText(post, text)
      await transaction.append(request.user, [
        { type: 'post.edited', post, author: request.user, version: after.version },
      ])
      return after
    })
