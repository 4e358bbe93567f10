import { formatCursor, parseCursor } from '../../shared/cursor.ts'
import { AppError } from '../../shared/errors.ts'
import { mergeSources } from '../../shared/feed/merge.ts'
import { textTag } from '../../shared/etag.ts'
import { plainPageText } from '../../shared/feed/page-bytes.ts'
import { PRIVATE, PUBLIC } from '../../shared/headers.ts'
import type { Token } from '../../shared/horizon.ts'
import { THE_BEGINNING, type PostId, type UserId } from '../../shared/ids.ts'
import { laterToken, parseToken } from '../../shared/token.ts'
import { endOf, latestCursor } from '../feed/latest-page.ts'
import type { Answer } from '../answer.ts'
import { NotAtEdge } from '../not-at-edge.ts'
import type { EdgeAnswer } from './edge-answer.ts'
import type { Reading } from './reading.ts'
import { refuseBlocked } from './refuse-blocked.ts'
import { serveRead, type ReadContext } from './serve-read.ts'

export interface UserPostsRequest {
  readonly author: UserId
  readonly limit: number
  readonly cursor: string | undefined
}

/** GET /v1/users/:id/posts */
export function serveUserPosts(context: ReadContext, request: UserPostsRequest): Promise<Answer> {
  const { viewer, signedIn, token } = context.reader
  const nowMs = context.now()
  // Bound to no reader: the same page serves everyone who may see it.
  const cursor =
    request.cursor === undefined ? undefined : parseCursor('public', request.cursor, nowMs)
  if (cursor?.kind === 'ranked') {
    throw new AppError('FEED_CURSOR_INVALID', 'a cursor of the home feed')
  }
  const walked = cursor && parseToken(cursor.token)
  return serveRead(context, {
    token: laterToken(token, walked),
    edge: (reading) => {
      if (signedIn && viewer === undefined) throw new NotAtEdge('no-record')
      return pageAtEdge(reading, { ...request, viewer, before: cursor?.before, walked, nowMs })
    },
  })
}

async function pageAtEdge(
  reading: Reading,
  request: {
    readonly author: UserId
    readonly viewer: UserId | undefined
    readonly limit: number
    readonly before: PostId | undefined
    readonly walked: Token | undefined
    readonly nowMs: number
  },
): Promise<EdgeAnswer> {
  const { author, viewer, limit, before, walked, nowMs } = request
  const lists = await reading.gather({
    authorLists: [author],
    viewers: viewer === undefined || viewer === author ? [] : [viewer, author],
  })
  const list = lists.authorLists.get(author)
  if (list === undefined) throw new NotAtEdge('no-list')
  if (viewer !== undefined && viewer !== author) {
    refuseBlocked('USER_NOT_FOUND', lists.viewers.get(viewer), lists.viewers.get(author))
  }
  const merged = mergeSources([list], { before, limit })
  if (merged.ids.length < limit && merged.seam !== THE_BEGINNING) throw new NotAtEdge('seam')
  const { posts } = await reading.gather({ posts: merged.ids })
  if (merged.ids.some((id) => !posts.has(id))) throw new NotAtEdge('fragments')

  const asOf = reading.asOf()
  const oldest = endOf(merged)
  const nextCursor =
    oldest === null ? null : formatCursor('public', latestCursor(oldest, walked, asOf, nowMs))
  const texts = merged.ids.flatMap((id) => {
    const fragment = posts.get(id)
    return fragment?.author === author && fragment.json !== undefined ? [fragment.json] : []
  })
  return {
    body: plainPageText(texts, nextCursor),
    asOf,
    completeness: 'complete',
    cacheControl: viewer === undefined ? PUBLIC : PRIVATE,
    etag: textTag(texts.join()),
    whole: true,
    reason: 'seam',
  }
}
