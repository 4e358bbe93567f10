import type { PostId } from '../../shared/ids.ts'
import { bucketOf } from '../../shared/keys.ts'
import { lowestMark } from '../../shared/watermark.ts'
import type { Now } from '../../shared/time.ts'
import type { ProjectionFills } from '../ports/projection-fills.ts'
import type { Tail } from '../ports/tail.ts'
import { currentFragment, type FragmentsReader } from './current-fragment.ts'
import type { KeptFragments } from './query/kept-fragments.ts'
import type { ReadStores } from './query/read-stores.ts'

export interface SeeInRedisDeps {
  readonly tail: Tail
  readonly fills: ProjectionFills
  readonly now: Now
  readonly kept: KeptFragments
}

/**
 * After the answer: whether Redis has the posts that were shown from memory before anybody saw them there.
 * What it lacks is put there, so that others find it. Before the next life of a bucket begins, that is for
 * delivery to do.
 */
export async function seeInRedis(
  { tail, fills, now, kept }: SeeInRedisDeps,
  reading: FragmentsReader & { readonly stores: ReadStores },
  posts: readonly PostId[],
): Promise<void> {
  const keptAtMs = now() - tail.ageMs()
  const wave = await reading.stores.wave({ posts })
  if (wave === undefined) return
  const lacking = new Set<PostId>()
  for (const id of posts) {
    const fragment = currentFragment(wave, id, tail, reading)
    const watermark = wave.watermarks.get(bucketOf(id))
    const mark = watermark && lowestMark(watermark)
    if (fragment !== undefined && mark !== undefined) kept.keep(id, fragment, mark)
    else if (watermark !== undefined) lacking.add(id)
  }
  const found = kept.find([...lacking])
  if (found.size > 0) await fills.posts(found, keptAtMs)
}
