import type { Cursor } from '../../shared/cursor.ts'
import { AppError } from '../../shared/errors.ts'
import { parseSession } from '../../shared/feed/session.ts'
import type { WaveAnswer } from '../../shared/feed/wave.ts'
import type { PageDeps } from './latest-page.ts'
import type { FeedAnswer } from './make-page.ts'
import type { FeedQuery } from './query/feed-query.ts'
import { sessionPart } from './ranked-page.ts'
import { candidatesOf } from './run.ts'
import { show } from './show.ts'

/** A later page of a ranked walk. The session came with the first wave; nothing of it is trusted but its order. */
export async function sessionPage(
  deps: PageDeps,
  query: FeedQuery,
  cursor: Cursor & { readonly kind: 'ranked' },
  limit: number,
  wave: WaveAnswer | undefined,
): Promise<FeedAnswer> {
  if (wave === undefined) throw new AppError('FEED_SESSION_UNAVAILABLE', 'redis did not answer')
  const text = wave.sessions.get(cursor.session)
  const session = text === undefined ? undefined : parseSession(text)
  if (session === undefined) throw new AppError('FEED_SESSION_GONE', `session ${cursor.session}`)

  const nextIndex = cursor.index + limit
  const shown = await show(deps, query, candidatesOf(session.ids.slice(cursor.index, nextIndex)))
  return sessionPart(query, { name: cursor.session, session, shown, nextIndex })
}
