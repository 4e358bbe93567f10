import { HEDGED_READS_SAVED_MAX, HEDGED_READS_SHARE_MAX } from '../../shared/limits.ts'

/** How many reads may be sent twice: a share of all, so that a slow region does not double the other's load. */
export interface HedgeBudget {
  /** A read was sent. */
  earn(): void
  /** False: none is left. */
  spend(): boolean
}

export function hedgeBudget(): HedgeBudget {
  let credit = HEDGED_READS_SAVED_MAX
  return {
    earn() {
      credit = Math.min(HEDGED_READS_SAVED_MAX, credit + HEDGED_READS_SHARE_MAX)
    },
    spend() {
      if (credit < 1) return false
      credit -= 1
      return true
    },
  }
}
