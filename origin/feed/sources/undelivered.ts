import { THE_BEGINNING } from '../../../shared/ids.ts'
import type { Source } from '../stages.ts'

/** Posts that delivery gave up, or has not finished: they stand beside the watermark, and are pulled. */
export const undelivered: Source = {
  name: 'undelivered',
  lists: () => [],
  find({ viewer, record }, { exceptions }) {
    const ids = exceptions
      .filter(({ author }) => author === viewer || record.follows.has(author))
      .map(({ post }) => post)
    return { lists: [{ ids, floor: THE_BEGINNING }], lacking: [] }
  },
}
