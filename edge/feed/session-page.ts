import { formatCursor, type Cursor } from '../../shared/cursor.ts'
import { parseSession } from '../../shared/feed/session.ts'
import type { Token } from '../../shared/horizon.ts'
import { idAfter, THE_BEGINNING, type UserId } from '../../shared/ids.ts'
import { cursorToken, formatToken } from '../../shared/token.ts'
import { NotAtEdge } from '../not-at-edge.ts'
import type { Reading } from '../read/reading.ts'
import type { EdgePage } from './edge-page.ts'
import { knownRecord } from './feed-lists.ts'
import { latestCursor } from './latest-page.ts'
import { visibleItems } from './visible-items.ts'

export interface SessionRequest {
  readonly viewer: UserId
  readonly cursor: Cursor & { readonly kind: 'ranked' }
  readonly limit: number
  readonly walked: Token | undefined
}

/** A later page of a ranked walk. Only the order is frozen: relations and deletions are those of now. */
export async function sessionPage(
  reading: Reading,
  { viewer, cursor, limit, walked }: SessionRequest,
  nowMs: number,
): Promise<EdgePage> {
  const found = await reading.gather({
    viewers: [viewer],
    session: { viewer, session: cursor.session },
  })
  const record = knownRecord(found.viewers.get(viewer))
  // Gone, or not here yet: the origin knows which.
  const session = found.session === undefined ? undefined : parseSession(found.session)
  if (session === undefined) throw new NotAtEdge('no-session')

  const nextIndex = cursor.index + limit
  const ids = session.ids.slice(cursor.index, nextIndex)
  const { posts } = await reading.gather({ posts: ids })
  reading.mustStand(record)
  const { items, lacking } = visibleItems(record, ids, posts)
  // What is checked now must have the reader's token; what the page claims is the session's.
  reading.asOf()
  const below = session.seam === THE_BEGINNING ? null : idAfter(session.seam)
  const next: Cursor | null =
    nextIndex < session.ids.length
      ? {
          ...cursor,
          index: nextIndex,
          seam: session.seam,
          token: formatToken(cursorToken(session.asOf, walked)),
          atMs: nowMs,
        }
      : below && latestCursor(below, walked, session.asOf, nowMs)
  return {
    items,
    missing: lacking ? ['fragments'] : [],
    short: false,
    asOf: session.asOf,
    interval: { newest: null, oldest: below },
    nextCursor: next === null ? null : formatCursor(viewer, next),
  }
}
