import type { PostFragment } from '../../shared/fragment.ts'
import type { PostId } from '../../shared/ids.ts'
import { bucketOf } from '../../shared/keys.ts'
import type { Now } from '../../shared/time.ts'
import { lowestMark } from '../../shared/watermark.ts'
import type { ProjectionFills } from '../ports/projection-fills.ts'
import type { Tail } from '../ports/tail.ts'
import { currentFragment, type FragmentsReader } from './current-fragment.ts'
import type { KeptFragments } from './query/kept-fragments.ts'
import type { ReadStores } from './query/read-stores.ts'
import { seeInRedis } from './see-in-redis.ts'

export interface FragmentsDeps {
  readonly tail: Tail
  readonly fills: ProjectionFills
  readonly now: Now
  /** Absent: Redis is asked for every one. */
  readonly kept?: KeptFragments
  /** How many of those asked for Redis had, and how many the truth was asked for. */
  readonly counted?: (hits: number, misses: number) => void
}

export interface FragmentsReading extends FragmentsReader {
  readonly truthOnly: boolean
  readonly stores: ReadStores
  readonly later: (work: () => Promise<void>) => void
}

/** The texts of posts, as they may be shown now; the truth where Redis lags or has none. */
export async function findFragments(
  deps: FragmentsDeps,
  reading: FragmentsReading,
  ids: readonly PostId[],
): Promise<ReadonlyMap<PostId, PostFragment>> {
  const { tail, fills, now, kept, counted } = deps
  const { stores, truthOnly, later } = reading
  const found = (truthOnly ? undefined : kept?.find(ids)) ?? new Map<PostId, PostFragment>()
  const unseen: PostId[] = []
  const unsure: PostId[] = []
  for (const id of found.keys()) {
    if (kept?.isUnseen(id) === true) unseen.push(id)
    if (kept?.isLost(id) === true) unsure.push(id)
  }
  if (kept !== undefined && unseen.length > 0) {
    later(() => seeInRedis({ ...deps, kept }, reading, unseen))
  }
  for (const id of unsure) found.delete(id)
  const asked = ids.filter((id) => !found.has(id))
  if (asked.length === 0) return found
  const wave = truthOnly ? undefined : await stores.wave({ posts: asked })
  for (const id of asked) {
    const fragment = currentFragment(wave, id, tail, reading)
    if (fragment === undefined) continue
    found.set(id, fragment)
    const watermark = wave?.watermarks.get(bucketOf(id))
    const mark = watermark && lowestMark(watermark)
    if (mark !== undefined) kept?.keep(id, fragment, mark)
  }

  // What Redis has lost and the process has not is as new as what the tail has heard.
  const own = kept?.find(unsure.filter((id) => !found.has(id))) ?? new Map<PostId, PostFragment>()
  for (const [id, fragment] of own) found.set(id, fragment)
  // Before the next life of a bucket begins, what is put there is taken away again.
  const lost = new Map([...own].filter(([id]) => wave?.watermarks.has(bucketOf(id)) === true))
  if (lost.size > 0) {
    const keptAtMs = now() - tail.ageMs()
    later(() => fills.posts(lost, keptAtMs))
  }
  const absent = asked.filter((id) => !found.has(id))
  counted?.(asked.length - absent.length, absent.length)
  if (absent.length === 0) return found

  const readAtMs = now()
  const read = (await stores.truth('fragments', (truth) => truth.posts(absent))) ?? new Map()
  for (const [id, fragment] of read) found.set(id, fragment)
  if (read.size > 0 && !stores.isRedisAway()) later(() => fills.posts(read, readAtMs))
  return found
}
