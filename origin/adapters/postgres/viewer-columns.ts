import type { UserId } from '../../../shared/ids.ts'
import { FOLLOWS_MAX, RECENT_FOLLOWS_MAX, RELATIONS_INLINE_MAX } from '../../../shared/limits.ts'
import type { ViewerRecord } from '../../../shared/viewer-record.ts'
import type { SnapshotColumns } from './snapshot.ts'

export interface ViewerColumns extends SnapshotColumns {
  readonly id: UserId
  readonly relations_version: number
  readonly follows: readonly UserId[]
  readonly blocks: readonly UserId[]
  readonly mutes: readonly UserId[]
  /** Newest first, two more than a record itemises: one says "too many", the next that there are more. */
  readonly recent: readonly (readonly [followee: UserId, xid: string])[]
}

/** Itemised are one more than a page would pull, so that a reader sees that there are too many. */
const RECENT_ITEMS_MAX = RECENT_FOLLOWS_MAX + 1

export function viewerRecordOf(row: ViewerColumns): ViewerRecord {
  const isLarge =
    row.follows.length > FOLLOWS_MAX || row.blocks.length + row.mutes.length > RELATIONS_INLINE_MAX
  const head = { viewer: row.id, version: row.relations_version, large: isLarge }
  if (isLarge) {
    const nobody: ReadonlySet<UserId> = new Set()
    return {
      ...head,
      follows: nobody,
      recentFollows: [],
      recentFollowsAbove: 0,
      blocks: nobody,
      mutes: nobody,
    }
  }
  const recent = row.recent.map(([followee, xid]) => ({ followee, xid: Number(xid) }))
  return {
    ...head,
    follows: new Set(row.follows),
    recentFollows: recent.slice(0, RECENT_ITEMS_MAX),
    recentFollowsAbove: recent[RECENT_ITEMS_MAX]?.xid ?? 0,
    blocks: new Set(row.blocks),
    mutes: new Set(row.mutes),
  }
}
