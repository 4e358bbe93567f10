import type { PostFragment } from '../../shared/fragment.ts'
import type { WaveAnswer } from '../../shared/feed/wave.ts'
import type { Token } from '../../shared/horizon.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { tags } from '../../shared/invalidation.ts'
import { bucketOf } from '../../shared/keys.ts'
import type { Now } from '../../shared/time.ts'
import { lowestMark } from '../../shared/watermark.ts'
import type { ProjectionFills } from '../ports/projection-fills.ts'
import type { Tail } from '../ports/tail.ts'
import type { KeptFragments } from './query/kept-fragments.ts'
import { isTrusted } from './query/lists-read.ts'
import type { ReadStores } from './query/read-stores.ts'

export interface FragmentsDeps {
  readonly tail: Tail
  readonly fills: ProjectionFills
  readonly now: Now
  /** Absent: Redis is asked for every one. */
  readonly kept?: KeptFragments
  /** How many of those asked for Redis had, and how many the truth was asked for. */
  readonly counted?: (hits: number, misses: number) => void
}

/** Who reads, which decides how new an author's name must be. */
export interface FragmentsReader {
  readonly viewer: UserId | undefined
  readonly token: Token | undefined
}

export interface FragmentsReading extends FragmentsReader {
  readonly truthOnly: boolean
  readonly stores: ReadStores
  readonly later: (work: () => Promise<void>) => void
}

/** The texts of posts, as they may be shown now; the truth where Redis lags or has none. */
export async function findFragments(
  { tail, fills, now, kept, counted }: FragmentsDeps,
  reading: FragmentsReading,
  ids: readonly PostId[],
): Promise<ReadonlyMap<PostId, PostFragment>> {
  const { stores, truthOnly, later } = reading
  const found = (truthOnly ? undefined : kept?.find(ids)) ?? new Map<PostId, PostFragment>()
  const unsure = [...found.keys()].filter((id) => kept?.isInRedis(id) === false)
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

/** Redis' fragment, unless its watermark lags or a higher version was heard of. */
export function currentFragment(
  wave: WaveAnswer | undefined,
  id: PostId,
  tail: Tail,
  reader: FragmentsReader,
): PostFragment | undefined {
  const fragment = wave?.posts.get(id)
  if (fragment === undefined) return undefined
  if (!isTrusted(wave?.watermarks.get(bucketOf(id)), tail)) return undefined
  const heard = tail.heard(tags.post(id))
  if (heard !== undefined && heard.version > fragment.version) return undefined
  return isBriefCurrent(fragment, tail, reader) ? fragment : undefined
}

/**
 * A changed name may take a minute to reach all posts of its author. Its author sees it at once, and so
 * does whoever hands in a token that has the change.
 */
function isBriefCurrent(
  { author, authorVersion, json }: PostFragment,
  tail: Tail,
  { viewer, token }: FragmentsReader,
): boolean {
  const heard = tail.heard(tags.user(author))
  if (json === undefined || heard === undefined || heard.version <= authorVersion) return true
  return author !== viewer && (token === undefined || heard.xid > token.xid)
}
