import { unabsorbedFollows } from '../../../shared/feed/unabsorbed.ts'
import { keys } from '../../../shared/keys.ts'
import { RECENT_FOLLOWS_MAX } from '../../../shared/limits.ts'
import type { ViewerRecords } from '../query/viewer-records.ts'
import type { Source } from '../stages.ts'
import { authorLists } from './author-lists.ts'

/**
 * People whom the viewer followed after its timeline was warmed: pulled until the next warming.
 *
 * Which they are, only the timeline's marker says, and it comes in the same wave. So those are asked for
 * that the marker of the last read had not absorbed; one that this missed counts as absent.
 */
export function recentFollows(
  records: Pick<ViewerRecords, 'timelineHorizon' | 'noteTimeline'>,
): Source {
  return {
    name: 'recent-follows',
    lists({ viewer, record }) {
      const horizon = records.timelineHorizon(viewer)
      const recent =
        horizon === undefined
          ? record.recentFollows.map(({ followee }) => followee)
          : (unabsorbedFollows(record, horizon) ?? [])
      return recent.slice(0, RECENT_FOLLOWS_MAX).map(keys.authorList)
    },
    find({ viewer, record }, read) {
      const list = read.list(keys.timeline(viewer))
      if (list === undefined) return { lists: [], lacking: [] }
      records.noteTimeline(viewer, list.horizon)
      return authorLists(unabsorbedFollows(record, list.horizon) ?? [], read)
    },
  }
}
