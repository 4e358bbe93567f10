import type { Now } from '../../../shared/time.ts'
import type { ProjectionFills } from '../../ports/projection-fills.ts'
import type { KeptAuthors } from '../query/kept-authors.ts'
import type { Candidate, Hydrator } from '../stages.ts'
import type { PostId } from '../../../shared/ids.ts'

export interface HeadsDeps {
  readonly fills: ProjectionFills
  readonly now: Now
  readonly authors: KeptAuthors
}

/**
 * Who wrote what, without the texts: enough to rank. A post never changes its author, so any head will do,
 * however old. Where there is none the truth gives the whole fragment, which the page then need not ask for.
 */
export const heads = ({ fills, now, authors }: HeadsDeps): Hydrator => ({
  name: 'heads',
  async load({ stores, later }, candidates) {
    const patches = new Map<PostId, Partial<Candidate>>()
    const unknown: PostId[] = []
    for (const { id } of candidates) {
      const author = authors.find(id)
      if (author === undefined) unknown.push(id)
      else patches.set(id, { author })
    }
    if (unknown.length === 0) return patches

    const wave = await stores.wave({ heads: unknown })
    for (const [id, { author }] of wave?.heads ?? []) {
      authors.keep(id, author)
      patches.set(id, { author })
    }
    const absent = unknown.filter((id) => !patches.has(id))
    if (absent.length === 0) return patches

    const readAtMs = now()
    const read = (await stores.truth('ranking', (truth) => truth.posts(absent))) ?? new Map()
    for (const [id, fragment] of read) {
      authors.keep(id, fragment.author)
      patches.set(id, { author: fragment.author, fragment })
    }
    if (read.size > 0 && !stores.isRedisAway()) later(() => fills.posts(read, readAtMs))
    return patches
  },
})
