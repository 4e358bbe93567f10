import type { PostId } from '../../../shared/ids.ts'
import { findFragments, type FragmentsDeps } from '../find-fragments.ts'
import type { Candidate, Hydrator } from '../stages.ts'

/** The texts of posts, and with them their authors. */
export const fragments = (deps: FragmentsDeps): Hydrator => ({
  name: 'fragments',
  async load(query, candidates) {
    const ids = candidates.filter(({ fragment }) => fragment === undefined).map(({ id }) => id)
    const found = await findFragments(deps, query, ids)
    const patches = new Map<PostId, Partial<Candidate>>()
    for (const [id, fragment] of found) patches.set(id, { fragment, author: fragment.author })
    return patches
  },
})
