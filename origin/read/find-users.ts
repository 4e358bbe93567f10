import type { UserFragment } from '../../shared/fragment.ts'
import type { WaveAnswer } from '../../shared/feed/wave.ts'
import type { UserId } from '../../shared/ids.ts'
import { tags } from '../../shared/invalidation.ts'
import { bucketOf } from '../../shared/keys.ts'
import type { UserCounts } from '../../shared/user.ts'
import { isTrusted } from '../feed/query/lists-read.ts'
import type { ReadDeps, Reading } from './open-reading.ts'

/** Profiles as they may be shown now; who does not exist is missing. */
export async function findUsers(
  { tail, fills, now, later }: ReadDeps,
  { stores, truthFirst }: Pick<Reading, 'stores' | 'truthFirst'>,
  ids: readonly UserId[],
  wave: WaveAnswer | undefined,
): Promise<ReadonlyMap<UserId, UserFragment>> {
  const vouched = await truthFirst((truth) => truth.users(ids))
  if (vouched !== undefined) return vouched

  const found = new Map<UserId, UserFragment>()
  for (const id of ids) {
    const fragment = wave?.users.get(id)
    if (fragment === undefined || !isTrusted(wave?.watermarks.get(bucketOf(id)), tail)) continue
    if ((tail.heard(tags.user(id))?.version ?? 0) <= fragment.version) found.set(id, fragment)
  }
  const absent = ids.filter((id) => !found.has(id))
  if (absent.length === 0) return found
  const readAtMs = now()
  const read = await stores.demand((truth) => truth.users(absent))
  for (const [id, fragment] of read) found.set(id, fragment)
  if (read.size > 0 && !stores.isRedisAway()) later(() => fills.users(read, readAtMs))
  return found
}

/**
 * As JSON text. Counts may be a minute old, so what Redis has will do, and older ones where Postgres cannot
 * tell, which the answer says; who has no row has none of anything.
 */
export async function findCounts(
  { fills, later }: ReadDeps,
  { stores, isLost }: Pick<Reading, 'stores' | 'isLost'>,
  ids: readonly UserId[],
  wave: WaveAnswer | undefined,
): Promise<ReadonlyMap<UserId, string>> {
  const found = new Map(wave?.counts ?? [])
  const absent = ids.filter((id) => !found.has(id))
  if (absent.length === 0) return found
  const old = new Map(
    absent.flatMap((id) => {
      const json = wave?.oldCounts.get(id)
      return json === undefined ? [] : [[id, json] as const]
    }),
  )
  const read = await countsInTruth(stores, absent, old.size === absent.length, isLost)
  if (read === undefined) return new Map([...found, ...old])
  const fresh = new Map<UserId, { readonly version: number; readonly json: string }>()
  for (const [id, counts] of read) {
    fresh.set(id, { version: counts.version, json: countsJson(counts) })
  }
  for (const id of absent) found.set(id, fresh.get(id)?.json ?? NO_COUNTS)
  if (fresh.size > 0 && !stores.isRedisAway()) later(() => fills.counts(fresh))
  return found
}

/** `undefined`: the older ones have to do. */
async function countsInTruth(
  stores: Reading['stores'],
  ids: readonly UserId[],
  hasOld: boolean,
  isLost: boolean,
): Promise<ReadonlyMap<UserId, UserCounts & { readonly version: number }> | undefined> {
  if (!hasOld) return stores.demand((truth) => truth.counts(ids))
  return isLost ? undefined : stores.truth('counts', (truth) => truth.counts(ids))
}

const countsJson = ({ followers, following, posts }: UserCounts): string =>
  JSON.stringify({ followers, following, posts })

const NO_COUNTS = countsJson({ followers: 0, following: 0, posts: 0 })
