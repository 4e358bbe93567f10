import { findFragments, type FragmentsDeps } from '../find-fragments.ts'
import type { Hydrator } from '../stages.ts'

/** The texts of posts, and with them their authors. */
export const fragments = (deps: FragmentsDeps): Hydrator => ({
  name: 'fragments',
  async load(query, candidates) {
    const ids = candidates.filter(({ fragment }) => fragment === undefined).map(({ id }) => id)
    const found = await findFragments(deps, query, ids)
    return new Map(
      [...found].map(([id, fragment]) => [id, { fragment, author: fragment.author }] as const),
    )
  },
})
