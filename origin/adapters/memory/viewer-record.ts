import { compareIds, type UserId } from '../../../shared/ids.ts'
import {
  FOLLOWS_MAX,
  LIST_LIFE_MS,
  RECENT_FOLLOWS_MAX,
  RELATIONS_INLINE_MAX,
} from '../../../shared/limits.ts'
import type { ViewerRecord } from '../../../shared/viewer-record.ts'
import type { MemoryDatabase } from './database.ts'
import type { StoredRelation } from './rows.ts'

/** Older follows are in every list that there is. A follow commits after its row's time was read. */
const RECENT_MS = LIST_LIFE_MS + 3_600_000
/** One more than a page would pull, so that a reader sees that there are too many. */
const RECENT_ITEMS_MAX = RECENT_FOLLOWS_MAX + 1

export function viewerRecordIn(
  { tables, clock }: MemoryDatabase,
  viewer: UserId,
): ViewerRecord | undefined {
  const user = tables.users.get(viewer)
  if (user === undefined) return undefined
  const from = (relations: ReadonlyMap<string, StoredRelation>) =>
    [...relations.values()].filter((relation) => relation.from === viewer)
  const [follows, blocks, mutes] = [from(tables.follow), from(tables.block), from(tables.mute)]
  const head = { viewer, version: user.relationsVersion }
  if (follows.length > FOLLOWS_MAX || blocks.length + mutes.length > RELATIONS_INLINE_MAX) {
    const nobody: ReadonlySet<UserId> = new Set()
    return {
      ...head,
      large: true,
      follows: nobody,
      recentFollows: [],
      recentFollowsAbove: 0,
      blocks: nobody,
      mutes: nobody,
    }
  }
  const sinceMs = clock.floorMs() - RECENT_MS
  const recent = follows
    .filter(({ createdAtMs }) => createdAtMs > sinceMs)
    .toSorted((a, b) => b.xid - a.xid || compareIds(a.to, b.to))
    .map(({ to, xid }) => ({ followee: to, xid }))
  const names = (relations: readonly StoredRelation[]) => new Set(relations.map(({ to }) => to))
  return {
    ...head,
    large: false,
    follows: names(follows),
    recentFollows: recent.slice(0, RECENT_ITEMS_MAX),
    recentFollowsAbove: recent[RECENT_ITEMS_MAX]?.xid ?? 0,
    blocks: names(blocks),
    mutes: names(mutes),
  }
}
