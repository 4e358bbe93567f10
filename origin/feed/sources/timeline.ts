import { unabsorbedFollows } from '../../../shared/feed/unabsorbed.ts'
import { keys } from '../../../shared/keys.ts'
import type { Source } from '../stages.ts'

/** What delivery pushed to the viewer, its own posts among it. */
export const timeline: Source = {
  name: 'timeline',
  lists: ({ viewer }) => [keys.timeline(viewer)],
  find({ viewer, record }, read) {
    const list = read.list(keys.timeline(viewer))
    if (list === undefined) return { lists: [], lacking: [{ list: 'timeline', owner: viewer }] }
    if (unabsorbedFollows(record, list.horizon) === undefined) {
      return { lists: [], lacking: [{ list: 'timeline', owner: viewer, outgrown: true }] }
    }
    return { lists: [list], lacking: [] }
  },
}
