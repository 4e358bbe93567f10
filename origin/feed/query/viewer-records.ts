import type { WaveAnswer } from '../../../shared/feed/wave.ts'
import type { Horizon } from '../../../shared/horizon.ts'
import { userId, type UserId } from '../../../shared/ids.ts'
import { tags, type Tag } from '../../../shared/invalidation.ts'
import { bucketOf } from '../../../shared/keys.ts'
import { VIEWER_RECORD_AGE_MS_MAX, VIEWER_RECORDS_BYTES_MAX } from '../../../shared/limits.ts'
import type { Now } from '../../../shared/time.ts'
import type { ViewerRecord } from '../../../shared/viewer-record.ts'
import type { Tail } from '../../ports/tail.ts'
import { isTrusted } from './lists-read.ts'
import type { Losses } from './losses.ts'

/**
 * Viewer records in the process's memory: with one at hand a page takes two waves, without it three.
 *
 * A record stands until the tail hears of a higher version. The tail remembers versions for some minutes
 * only, so a record that was not read again within a minute is dropped unread.
 */
export interface ViewerRecords {
  get(viewer: UserId): ViewerRecord | undefined
  /** `readAtMs`: before its read began. A record that the tail has overtaken is not kept. */
  keep(record: ViewerRecord, readAtMs: number): void
  /** Redis was seen to hold it, or was given it, and has lost nothing since. */
  isInRedis(viewer: UserId): boolean
  /** `losses`: how many were counted before Redis was asked or given it. */
  noteInRedis(viewer: UserId, losses: number): void
  /** The horizon of the viewer's timeline when it was last read: which follows it has absorbed. */
  timelineHorizon(viewer: UserId): Horizon | undefined
  noteTimeline(viewer: UserId, horizon: Horizon): void
  /** For the tail, as it hears of versions. */
  forget(viewer: UserId): void
  /** For a tail that lost its place. */
  clear(): void
}

interface Entry {
  readonly record: ViewerRecord
  /** Versions of before a restore mean nothing after it. */
  readonly epoch: number
  readonly readAtMs: number
  readonly bytes: number
  timeline: Horizon | undefined
  inRedisAt: number | undefined
}

export interface ViewerRecordsDeps {
  readonly tail: Pick<Tail, 'heard' | 'horizon'>
  readonly now: Now
  readonly losses: Pick<Losses, 'count'>
  readonly bytesMax?: number
}

export function viewerRecords({
  tail,
  now,
  losses,
  bytesMax = VIEWER_RECORDS_BYTES_MAX,
}: ViewerRecordsDeps): ViewerRecords {
  // A Map keeps the order of insertion: the first is the least recently used.
  const entries = new Map<UserId, Entry>()
  let bytes = 0

  function drop(viewer: UserId): void {
    const entry = entries.get(viewer)
    if (entry === undefined) return
    entries.delete(viewer)
    bytes -= entry.bytes
  }

  return {
    get(viewer) {
      const entry = entries.get(viewer)
      if (entry === undefined) return undefined
      const isOld =
        now() - entry.readAtMs > VIEWER_RECORD_AGE_MS_MAX || entry.epoch !== tail.horizon().epoch
      if (isOld || isOvertaken(entry.record, tail)) {
        drop(viewer)
        return undefined
      }
      entries.delete(viewer)
      entries.set(viewer, entry)
      return entry.record
    },
    keep(record, readAtMs) {
      const timeline = entries.get(record.viewer)?.timeline
      drop(record.viewer)
      const size = bytesOf(record)
      if (isOvertaken(record, tail) || size > bytesMax) return
      const { epoch } = tail.horizon()
      entries.set(record.viewer, {
        record,
        epoch,
        readAtMs,
        bytes: size,
        timeline,
        inRedisAt: undefined,
      })
      bytes += size
      for (const viewer of entries.keys()) {
        if (bytes <= bytesMax) break
        drop(viewer)
      }
    },
    isInRedis: (viewer) => entries.get(viewer)?.inRedisAt === losses.count(),
    noteInRedis(viewer, count) {
      const entry = entries.get(viewer)
      if (entry !== undefined) entry.inRedisAt = count
    },
    timelineHorizon: (viewer) => entries.get(viewer)?.timeline,
    noteTimeline(viewer, horizon) {
      const entry = entries.get(viewer)
      if (entry !== undefined) entry.timeline = horizon
    },
    forget: drop,
    clear() {
      entries.clear()
      bytes = 0
    },
  }
}

/** A listener of the tail: what it hears of takes the kept record with it. */
export const forgetHeard =
  (records: Pick<ViewerRecords, 'forget'>) =>
  (tag: Tag): void => {
    if (tag.startsWith('v:')) records.forget(userId(tag.slice(2)))
  }

/** The tail has heard of a higher version: this one must not decide who sees what. */
export function isOvertaken(record: ViewerRecord, tail: Pick<Tail, 'heard'>): boolean {
  const heard = tail.heard(tags.viewer(record.viewer))
  return heard !== undefined && heard.version > record.version
}

/** Redis' record counts only under a watermark that the tail takes over from. */
export function currentRecord(
  wave: WaveAnswer | undefined,
  viewer: UserId,
  tail: Tail,
): ViewerRecord | undefined {
  const record = wave?.viewers.get(viewer)
  if (record === undefined || isOvertaken(record, tail)) return undefined
  return isTrusted(wave?.watermarks.get(bucketOf(viewer)), tail) ? record : undefined
}

/** An entry of a set of 19-digit strings takes about 90 bytes in V8. */
const bytesOf = (record: ViewerRecord): number =>
  500 +
  90 * (record.follows.size + record.blocks.size + record.mutes.size + record.recentFollows.length)
