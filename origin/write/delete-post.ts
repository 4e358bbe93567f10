import type { PostId } from '../../shared/ids.ts'
import type { Written } from '../ports/writes.ts'
import { lockOwnPost } from './own-post.ts'
import { perform, type WriteDeps, type WriteRequest } from './perform.ts'

/** Repeatable: deleting what one has deleted succeeds and changes nothing. */
export const deletePost =
  (deps: WriteDeps) =>
  (request: WriteRequest, post: PostId): Promise<Written<null>> =>
    perform(deps, request, async (transaction) => {
      const { deleted } = await lockOwnPost(transaction, request.user, post)
      if (deleted) return null
      const version = await transaction.posts.markDeleted(post)
      await transaction.append(request.user, [
        { type: 'post.deleted', post, author: request.user, version },
      ])
      return null
    })
