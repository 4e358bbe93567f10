import type { WaveAnswer } from '../../shared/feed/wave.ts'
import type { UserId } from '../../shared/ids.ts'
import type { UserViewer } from '../../shared/user.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import { putBackLost } from '../feed/query/put-back.ts'
import { currentRecord, isOvertaken } from '../feed/query/viewer-records.ts'
import type { ReadDeps, Reading } from './open-reading.ts'

/** What holds between the reader and someone else. */
export interface Between extends UserViewer {
  readonly blockedBy: boolean
}

/** Records that the process has when a read begins, and whose a wave has to bring. */
export interface RecordsAtHand {
  readonly kept: ReadonlyMap<UserId, ViewerRecord>
  readonly unknown: readonly UserId[]
}

/** Looked up once: one that grows too old while the wave is under way would be in neither. */
export function recordsAtHand(
  { records }: Pick<ReadDeps, 'records'>,
  people: readonly UserId[],
): RecordsAtHand {
  const kept = new Map<UserId, ViewerRecord>()
  for (const person of people) {
    const record = records.get(person)
    if (record !== undefined) kept.set(person, record)
  }
  return { kept, unknown: [...new Set(people)].filter((person) => !kept.has(person)) }
}

export const NO_RECORDS: RecordsAtHand['kept'] = new Map()

/**
 * Reads both sides' viewer records: a block counts whichever side made it. Whose record cannot be found out
 * makes the read fail, since an unknown relationship must not show what it might hide. People who do not
 * exist are missing.
 */
export async function between(
  deps: ReadDeps,
  reading: Reading,
  viewer: UserId,
  others: readonly UserId[],
  wave: WaveAnswer | undefined,
  kept: RecordsAtHand['kept'],
): Promise<ReadonlyMap<UserId, Between>> {
  const records = await recordsOf(deps, reading, [viewer, ...others], wave, kept)
  const own = records.get(viewer)
  if (own === undefined) return new Map()
  const { relations } = deps
  const mine = own.large ? await reading.stores.demand(() => relations.among(viewer, others)) : own

  const answers = new Map<UserId, Between>()
  for (const other of others) {
    const record = records.get(other)
    if (record === undefined) continue
    const theirs = record.large
      ? await reading.stores.demand(() => relations.among(other, [viewer]))
      : record
    answers.set(other, {
      following: mine.follows.has(other),
      followedBy: theirs.follows.has(viewer),
      blocking: mine.blocks.has(other),
      muting: mine.mutes.has(other),
      blockedBy: theirs.blocks.has(viewer),
    })
  }
  return answers
}

/** Of a blocked pair neither sees the other. */
export const isHidden = ({ blocking, blockedBy }: Between): boolean => blocking || blockedBy

export const viewerBlock = ({ following, followedBy, blocking, muting }: Between): UserViewer => ({
  following,
  followedBy,
  blocking,
  muting,
})

async function recordsOf(
  deps: ReadDeps,
  { stores, truthFirst }: Pick<Reading, 'stores' | 'truthFirst'>,
  people: readonly UserId[],
  wave: WaveAnswer | undefined,
  kept: RecordsAtHand['kept'],
): Promise<ReadonlyMap<UserId, ViewerRecord>> {
  const { records, tail, fills, now, later } = deps
  const vouched = await truthFirst((truth) => truth.viewerRecords(people))
  if (vouched !== undefined) return vouched

  const readAtMs = now()
  const found = new Map<UserId, ViewerRecord>()
  for (const person of people) {
    const record = kept.get(person)
    if (record !== undefined && !isOvertaken(record, tail)) found.set(person, record)
  }
  if (!stores.isRedisAway()) putBackLost(deps, [...found.values()])
  for (const person of people) {
    const record = found.get(person) ?? currentRecord(wave, person, tail)
    if (record !== undefined) found.set(person, record)
  }
  const absent = people.filter((person) => !found.has(person))
  if (absent.length === 0) return found
  const read = await stores.demand((truth) => truth.viewerRecords(absent))
  for (const [person, record] of read) {
    found.set(person, record)
    records.keep(record, readAtMs)
  }
  if (read.size > 0 && !stores.isRedisAway()) {
    later(() => fills.viewers([...read.values()], readAtMs))
  }
  return found
}
