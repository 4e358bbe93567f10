import { hasXid, type Horizon } from '../horizon.ts'
import type { UserId } from '../ids.ts'
import { RECENT_FOLLOWS_MAX } from '../limits.ts'
import type { ViewerRecord } from '../viewer-record.ts'

/**
 * A follow touches no list: until the next warming, its author is pulled for this viewer. These are the
 * followees that a timeline warmed at `horizon` does not have; `undefined` when they are not all known, or
 * too many, and the timeline counts as absent.
 */
export function unabsorbedFollows(
  record: ViewerRecord,
  horizon: Horizon,
): readonly UserId[] | undefined {
  // A lower transaction that is not itemised may still have been running when the timeline was warmed.
  if (record.recentFollowsAbove >= horizon.xmin) return undefined
  const unabsorbed = record.recentFollows
    .filter(({ followee, xid }) => record.follows.has(followee) && !hasXid(horizon, xid))
    .map(({ followee }) => followee)
  return unabsorbed.length > RECENT_FOLLOWS_MAX ? undefined : unabsorbed
}
