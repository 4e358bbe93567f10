import { AppError } from '../../../shared/errors.ts'
import type { WaveAnswer } from '../../../shared/feed/wave.ts'
import type { Horizon } from '../../../shared/horizon.ts'
import type { UserId } from '../../../shared/ids.ts'
import type { ViewerRecord } from '../../../shared/viewer-record.ts'
import type { Now } from '../../../shared/time.ts'
import type { Tail } from '../../ports/tail.ts'
import type { FeedQuery } from './feed-query.ts'
import type { PutBackDeps } from './put-back.ts'
import type { ReadStores } from './read-stores.ts'
import { currentRecord, isOvertaken, type ViewerRecords } from './viewer-records.ts'

export interface FindRecordDeps extends PutBackDeps {
  readonly tail: Tail
  readonly records: ViewerRecords
  readonly now: Now
}

/** Redis' record, or that of Postgres. `undefined`: there was no room to ask it, or it does not answer. */
export async function findRecord(
  { tail, records, fills, losses, later }: FindRecordDeps,
  stores: ReadStores,
  viewer: UserId,
  wave: WaveAnswer | undefined,
  readAtMs: number,
): Promise<ViewerRecord | undefined> {
  const stored = currentRecord(wave, viewer, tail)
  if (stored !== undefined) {
    records.keep(stored, readAtMs)
    records.noteInRedis(viewer, losses.count())
    return stored
  }
  const record = await recordInTruth(stores, viewer, 'viewer-record')
  if (record === undefined) return undefined
  records.keep(record, readAtMs)
  if (!stores.isRedisAway()) later(() => fills.viewers([record], readAtMs))
  return record
}

/**
 * The record once more, if the tail has heard of a newer one since: a post may be from after the change, and
 * must not be judged by what held before it. `undefined`: it still stands.
 */
export async function newerRecord(
  deps: FindRecordDeps,
  { viewer, record, stores, truthOnly }: FeedQuery,
): Promise<ViewerRecord | undefined> {
  if (!isOvertaken(record, deps.tail)) return undefined
  const readAtMs = deps.now()
  const wave = truthOnly ? undefined : await stores.wave({ viewers: [viewer] })
  const newer = await findRecord(deps, stores, viewer, wave, readAtMs)
  // Fails closed: of nobody is it known that the reader still wants to see them.
  return newer ?? { ...record, large: false, follows: new Set(), recentFollows: [] }
}

export async function recordInTruth(
  stores: ReadStores,
  viewer: UserId,
  source: string,
): Promise<(ViewerRecord & { readonly horizon: Horizon }) | undefined> {
  const found = await stores.truth(source, (truth) => truth.viewerRecords([viewer]))
  if (found === undefined) return undefined
  const record = found.get(viewer)
  if (record === undefined) throw new AppError('USER_NOT_FOUND', `viewer ${viewer}`)
  return record
}
