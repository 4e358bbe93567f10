import type { PostId, UserId } from '../../../shared/ids.ts'
import { KEPT_AUTHORS_MAX } from '../../../shared/limits.ts'

/**
 * Who wrote which post, in the process's memory. A post never changes its author, so what was true once is
 * true for good, and nothing has to be compared before it is used.
 */
export interface KeptAuthors {
  find(post: PostId): UserId | undefined
  keep(post: PostId, author: UserId): void
}

export function keptAuthors(authorsMax = KEPT_AUTHORS_MAX): KeptAuthors {
  // The first was kept longest ago.
  const authors = new Map<PostId, UserId>()
  return {
    find: (post) => authors.get(post),
    keep(post, author) {
      authors.set(post, author)
      if (authors.size <= authorsMax) return
      const [oldest] = authors.keys()
      if (oldest !== undefined) authors.delete(oldest)
    },
  }
}
