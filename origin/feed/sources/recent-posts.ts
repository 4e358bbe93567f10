import { THE_BEGINNING, type PostId } from '../../../shared/ids.ts'
import type { Tail } from '../../ports/tail.ts'
import type { Source } from '../stages.ts'

/** What the process heard from the log in the last minutes: it covers what delivery has not done yet. */
export const recentPosts = (tail: Pick<Tail, 'postsOf'>): Source => ({
  name: 'recent-posts',
  lists: () => [],
  find({ viewer, record }) {
    const ids: PostId[] = []
    for (const author of [viewer, ...record.follows]) {
      for (const { post } of tail.postsOf(author)) ids.push(post)
    }
    return { lists: [{ ids, floor: THE_BEGINNING }], lacking: [] }
  },
})
