import { feedPageText, type PageItem } from '../../shared/feed/page-bytes.ts'
import type { Interval } from '../../shared/feed/page.ts'
import { formatHorizon, type Horizon } from '../../shared/horizon.ts'
import { PRIVATE } from '../../shared/headers.ts'
import type { EdgeAnswer } from '../read/edge-answer.ts'

/** A feed page that the edge put together by itself. */
export interface EdgePage {
  readonly items: readonly PageItem[]
  /** Sources that did not contribute; the origin may do better. */
  readonly missing: readonly string[]
  /** It ends where the lists do, before it is full; the origin goes on from there. */
  readonly short: boolean
  readonly asOf: Horizon
  readonly interval: Interval
  readonly nextCursor: string | null
}

export function answerOfPage(page: EdgePage): EdgeAnswer {
  const { items, nextCursor, asOf, interval, missing } = page
  const completeness = missing.length === 0 ? 'complete' : 'degraded'
  return {
    body: feedPageText(items, {
      nextCursor,
      completeness,
      // It is shown only where the origin could not fill the gap.
      missing: missing.length === 0 ? [] : [...missing, 'origin'],
      asOf: formatHorizon(asOf),
      interval,
    }),
    asOf,
    completeness,
    cacheControl: PRIVATE,
    whole: missing.length === 0 && !page.short,
    reason: missing.length === 0 ? 'seam' : 'fragments',
  }
}
