import { formatCursor } from '../../shared/cursor.ts'
import { mergeSources, type MergeBounds, type Merged } from '../../shared/feed/merge.ts'
import type { Interval } from '../../shared/feed/page.ts'
import type { Horizon, Token } from '../../shared/horizon.ts'
import { idAfter, THE_BEGINNING, type PostId, type UserId } from '../../shared/ids.ts'
import { cursorToken, formatToken } from '../../shared/token.ts'
import type { Memory } from '../cache/memory.ts'
import { NotAtEdge } from '../not-at-edge.ts'
import type { Reading } from '../read/reading.ts'
import type { EdgePage } from './edge-page.ts'
import { feedLists } from './feed-lists.ts'
import { visibleItems } from './visible-items.ts'

export interface LatestRequest extends MergeBounds {
  readonly viewer: UserId
  /** What the pages before this one had. */
  readonly walked: Token | undefined
}

/** The newest posts of the viewer's network from L2's lists: two waves with the record in L1, three without. */
export async function latestPage(
  reading: Reading,
  hints: Memory['unabsorbed'],
  request: LatestRequest,
  nowMs: number,
): Promise<EdgePage> {
  const { viewer, before } = request
  const { record, sources, missing } = await feedLists(reading, viewer, {
    unabsorbed: hints.find(viewer, { start: 0, token: undefined })?.value ?? [],
    note: (authors) =>
      hints.keep(viewer, { value: authors, stamp: { place: 0, has: NOWHERE, sentAtMs: nowMs } }),
  })
  const merged = mergeSources(sources, request)
  // Below the seam only Postgres knows; a page of nothing would send the reader round in circles.
  if (merged.ids.length === 0 && merged.seam !== THE_BEGINNING) throw new NotAtEdge('seam')
  const { posts } = await reading.gather({ posts: merged.ids })
  reading.mustStand(record)
  const { items, lacking } = visibleItems(record, merged.ids, posts)

  const asOf = reading.asOf()
  const oldest = endOf(merged)
  return {
    items,
    missing: lacking ? [...missing, 'fragments'] : missing,
    short: merged.ids.length < request.limit && merged.seam !== THE_BEGINNING,
    asOf,
    interval: { newest: before ?? null, oldest } satisfies Interval,
    nextCursor:
      oldest === null
        ? null
        : formatCursor(viewer, latestCursor(oldest, request.walked, asOf, nowMs)),
  }
}

/** The least id that the page speaks for; null at the beginning of time. */
export function endOf({ ids, next, seam }: Merged): PostId | null {
  if (next !== undefined) return ids.at(-1) ?? null
  return seam === THE_BEGINNING ? null : idAfter(seam)
}

/** The token is the strongest of the walk: a later page may not know less than an earlier one. */
export const latestCursor = (
  before: PostId,
  walked: Token | undefined,
  asOf: Horizon,
  nowMs: number,
) => ({
  kind: 'latest' as const,
  before,
  token: formatToken(cursorToken(asOf, walked)),
  atMs: nowMs,
})

/** A hint claims nothing. */
const NOWHERE: Horizon = { epoch: 0, xmin: 0, xmax: 0, xip: [] }
