import { formatCursor, type Cursor } from '../../shared/cursor.ts'
import { feedPageBytes, type PageItem } from '../../shared/feed/page-bytes.ts'
import type { Completeness, Interval } from '../../shared/feed/page.ts'
import { formatHorizon, tokenOf, type Horizon, type Token } from '../../shared/horizon.ts'
import type { UserId } from '../../shared/ids.ts'
import { laterToken } from '../../shared/token.ts'
import type { Labels } from './query/labels.ts'
import type { Candidate } from './stages.ts'

/** A page's bytes, and what its headers say. */
export interface FeedAnswer {
  readonly body: Uint8Array<ArrayBuffer>
  readonly completeness: Completeness
  readonly missing: readonly string[]
  /** For `Headwater-Token`: the reader's own, or what the page has, whichever is stronger. */
  readonly token: Token | undefined
}

export interface PageParts {
  readonly viewer: UserId
  readonly shown: readonly Candidate[]
  readonly next: Cursor | null
  readonly interval: Interval
  readonly asOf: Horizon
  readonly token: Token | undefined
  readonly labels: Labels
}

export function makePage({
  viewer,
  shown,
  next,
  interval,
  asOf,
  token,
  labels,
}: PageParts): FeedAnswer {
  const completeness = labels.completeness()
  const missing = labels.missing()
  return {
    body: feedPageBytes(itemsOf(shown), {
      nextCursor: next === null ? null : formatCursor(viewer, next),
      completeness,
      missing,
      asOf: formatHorizon(asOf),
      interval,
    }),
    completeness,
    missing,
    token: laterToken(tokenOf(asOf), token),
  }
}

function itemsOf(shown: readonly Candidate[]): readonly PageItem[] {
  const items: PageItem[] = []
  for (const { fragment, standing } of shown) {
    if (fragment?.json === undefined) continue
    items.push({ json: fragment.json, reason: standing?.own === true ? 'own' : 'follow' })
  }
  return items
}
