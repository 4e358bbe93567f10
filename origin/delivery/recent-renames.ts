import type { UserId } from '../../shared/ids.ts'
import { RENAMES_REMEMBERED_MAX, REWRITE_MS_MAX, TICK_EVERY_MS } from '../../shared/limits.ts'

const REWRITE_TICKS = Math.ceil(REWRITE_MS_MAX / TICK_EVERY_MS)

/**
 * Authors whose posts were rewritten for a changed profile, in the order of the log. No watermark speaks of
 * rewriting: a node that loses its newest writes may have lost one that was done, and whose event it will not
 * be brought again. So each next life of a consumer rewrites once more what may have been under way there.
 */
export interface RecentRenames {
  /** `tick`: the newest known when their events were handled. */
  note(authors: readonly UserId[], tick: number): void
  /** Whose event came before that tick, by no more than rewriting may take. */
  before(tick: number): readonly UserId[]
}

export function recentRenames(authorsMax = RENAMES_REMEMBERED_MAX): RecentRenames {
  // The first was renamed longest ago.
  const ticks = new Map<UserId, number>()
  return {
    note(authors, tick) {
      for (const author of authors) {
        ticks.delete(author)
        ticks.set(author, tick)
      }
      for (const oldest of ticks.keys()) {
        if (ticks.size <= authorsMax) break
        ticks.delete(oldest)
      }
    },
    before: (tick) =>
      [...ticks].flatMap(([author, at]) =>
        at <= tick && at >= tick - REWRITE_TICKS ? author : [],
      ),
  }
}
