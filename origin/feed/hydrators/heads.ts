import type { Now } from '../../../shared/time.ts'
import type { ProjectionFills } from '../../ports/projection-fills.ts'
import type { Candidate, Hydrator } from '../stages.ts'
import type { PostId } from '../../../shared/ids.ts'

/**
 * Who wrote what, without the texts: enough to rank. A post never changes its author, so any head will do,
 * however old. Where there is none the truth gives the whole fragment, which the page then need not ask for.
 */
export const heads = ({
  fills,
  now,
}: {
  readonly fills: ProjectionFills
  readonly now: Now
}): Hydrator => ({
  name: 'heads',
  async load({ stores, later }, candidates) {
    const ids = candidates.map(({ id }) => id)
    const wave = await stores.wave({ heads: ids })
    const patches = new Map<PostId, Partial<Candidate>>()
    for (const [id, { author }] of wave?.heads ?? []) patches.set(id, { author })
    const absent = ids.filter((id) => !patches.has(id))
    if (absent.length === 0) return patches

    const readAtMs = now()
    const read = (await stores.truth('ranking', (truth) => truth.posts(absent))) ?? new Map()
    for (const [id, fragment] of read) patches.set(id, { author: fragment.author, fragment })
    if (read.size > 0 && !stores.isRedisAway()) later(() => fills.posts(read, readAtMs))
    return patches
  },
})
