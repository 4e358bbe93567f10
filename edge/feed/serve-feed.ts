import { parseCursor, type Cursor } from '../../shared/cursor.ts'
import type { FeedPageRequest } from '../../shared/feed/page.ts'
import type { Token } from '../../shared/horizon.ts'
import type { UserId } from '../../shared/ids.ts'
import { laterToken, parseToken } from '../../shared/token.ts'
import type { Answer } from '../answer.ts'
import { NotAtEdge } from '../not-at-edge.ts'
import type { EdgeAnswer } from '../read/edge-answer.ts'
import type { Reading } from '../read/reading.ts'
import type { ReadContext } from '../read/serve-read.ts'
import { serveRead } from '../read/serve-read.ts'
import { answerOfPage } from './edge-page.ts'
import { latestPage } from './latest-page.ts'
import { sessionPage } from './session-page.ts'

/**
 * One page of the home feed. `latest` and later pages of a ranked walk are put together here, from L1 and
 * the nearest region; a first ranked page, and whatever the edge cannot vouch for, comes from the origin.
 */
export function serveFeed(context: ReadContext, request: FeedPageRequest): Promise<Answer> {
  const { viewer } = context.reader
  const nowMs = context.now()
  const cursor =
    request.cursor === undefined || viewer === undefined
      ? undefined
      : parseCursor(viewer, request.cursor, nowMs)
  const walked = cursor && parseToken(cursor.token)

  return serveRead(context, {
    token: laterToken(context.reader.token, walked),
    edge: async (reading) => {
      if (viewer === undefined) throw new NotAtEdge('no-record')
      return pageAtEdge(context, reading, { ...request, viewer, cursor, nowMs })
    },
  })
}

interface PageRequest extends Omit<FeedPageRequest, 'cursor'> {
  readonly viewer: UserId
  readonly cursor: Cursor | undefined
  readonly nowMs: number
}

async function pageAtEdge(
  { memory }: ReadContext,
  reading: Reading,
  { viewer, cursor, mode, limit, nowMs }: PageRequest,
): Promise<EdgeAnswer> {
  const walked: Token | undefined = cursor && parseToken(cursor.token)
  if (cursor?.kind === 'ranked') {
    const page = await sessionPage(reading, { viewer, cursor, limit, walked }, nowMs)
    return answerOfPage(page)
  }
  // Its session is the origin's to freeze.
  if (cursor === undefined && mode === 'ranked') throw new NotAtEdge('first-ranked-page')
  const page = await latestPage(
    reading,
    memory.unabsorbed,
    { viewer, before: cursor?.before, limit, walked },
    nowMs,
  )
  return answerOfPage(page)
}
