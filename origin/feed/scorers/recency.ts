import { roughIdTimeMs } from '../../../shared/ids.ts'
import { RECENCY_HALF_LIFE_MS } from '../../../shared/limits.ts'
import type { Scorer } from '../stages.ts'

/** Halves with each half-life. A post of a clock ahead of ours counts as new, not as better than new. */
export const recency: Scorer = {
  name: 'recency',
  score: ({ nowMs }, { id }) =>
    0.5 ** (Math.max(0, nowMs - roughIdTimeMs(id)) / RECENCY_HALF_LIFE_MS),
}
