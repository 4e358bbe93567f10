import type { PostId } from '../../../shared/ids.ts'
import type { Tail } from '../../ports/tail.ts'
import type { Candidate, Hydrator } from '../stages.ts'

/**
 * Which posts of others the process's tail has not come to. A page is of one moment: what the reader decided
 * about their author before they were posted may be unknown here too.
 */
export const arrival = (tail: Pick<Tail, 'hasHeardOf'>): Hydrator => ({
  name: 'arrival',
  load({ viewer, truthOnly }, candidates) {
    const patches = new Map<PostId, Partial<Candidate>>()
    // Postgres vouches for the record and for the posts.
    if (truthOnly) return Promise.resolve(patches)
    for (const { id, author } of candidates) {
      if (author === undefined || author === viewer || tail.hasHeardOf(id, author)) continue
      patches.set(id, { isUnheard: true })
    }
    return Promise.resolve(patches)
  },
})
