import type { Settings } from '../../shared/admin/settings.ts'
import { parseCursor, type Cursor } from '../../shared/cursor.ts'
import { ID_BOUND, type UserId } from '../../shared/ids.ts'
import type { FeedPageRequest } from '../../shared/feed/page.ts'
import type { Token } from '../../shared/horizon.ts'
import { laterToken, parseToken } from '../../shared/token.ts'
import { latestCursor, latestPage } from './latest-page.ts'
import { makePage, type FeedAnswer } from './make-page.ts'
import { openQuery, type Opened, type OpenQueryDeps } from './query/open-query.ts'
import { rankedPage, type RankedDeps } from './ranked-page.ts'
import { sessionPage } from './session-page.ts'

export interface ReadFeedDeps extends OpenQueryDeps, RankedDeps {
  readonly settings: () => Settings
}

export interface FeedRequest extends FeedPageRequest {
  readonly viewer: UserId
  /** The header's. The cursor may bring a stronger one. */
  readonly token: Token | undefined
}

export type ReadFeed = (request: FeedRequest) => Promise<FeedAnswer>

/** One page of the home feed: who reads, then the kind of page that the cursor or the mode names. */
export const readFeed =
  (deps: ReadFeedDeps): ReadFeed =>
  async (request) => {
    const { viewer, limit } = request
    const cursor =
      request.cursor === undefined ? undefined : parseCursor(viewer, request.cursor, deps.now())
    const token = laterToken(request.token, cursor && parseToken(cursor.token))
    const opened = await openQuery(deps, { viewer, token, ...sessionOf(viewer, cursor) })
    const { query, wave } = opened
    if (query === undefined) return nothing(opened, request, token, cursor)

    if (cursor?.kind === 'ranked') return sessionPage(deps, query, cursor, limit, wave)
    if (cursor !== undefined) return latestPage(deps, query, { before: cursor.before, limit })
    if (request.mode === 'latest') return latestPage(deps, query, { before: undefined, limit })
    return rankedPage(deps, query, { limit, postsMax: deps.settings()['session.postsMax'] })
  }

const sessionOf = (viewer: UserId, cursor: Cursor | undefined) =>
  cursor?.kind === 'ranked'
    ? { alongside: { sessions: [{ viewer, session: cursor.session }] } }
    : undefined

/** Whom the viewer follows could not be asked for: nothing is shown, and the walk goes on from the same place. */
function nothing(
  { asOf, labels, nowMs }: Opened,
  { viewer }: FeedRequest,
  token: Token | undefined,
  cursor: Cursor | undefined,
): FeedAnswer {
  const next = cursor ?? latestCursor({ asOf, token, nowMs }, ID_BOUND)
  const bound = next.kind === 'latest' && next.before !== ID_BOUND ? next.before : null
  return makePage({
    viewer,
    shown: [],
    next,
    interval: { newest: bound, oldest: bound },
    asOf,
    token,
    labels,
  })
}
