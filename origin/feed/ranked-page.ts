import { AppError } from '../../shared/errors.ts'
import { formatSession, type FeedSession } from '../../shared/feed/session.ts'
import { idAfter, THE_BEGINNING, type PostId } from '../../shared/ids.ts'
import { cursorToken, formatToken } from '../../shared/token.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { Candidates } from './across-the-seam.ts'
import { findCandidates } from './find-candidates.ts'
import { latestCursor, latestOf, type PageDeps } from './latest-page.ts'
import { makePage, type FeedAnswer } from './make-page.ts'
import type { FeedQuery } from './query/feed-query.ts'
import { candidatesOf, filter, hydrate, rank } from './run.ts'
import { show } from './show.ts'
import type { Candidate } from './stages.ts'

export interface RankedDeps extends PageDeps {
  readonly sessions: SessionStore
  readonly newSessionId: () => string
}

/** The first page: freezes every in-network post above the seam that `asOf` has, in the order in which its pages show them. */
export async function rankedPage(
  deps: RankedDeps,
  query: FeedQuery,
  { limit, postsMax }: { readonly limit: number; readonly postsMax: number },
): Promise<FeedAnswer> {
  const { pipeline } = deps
  const found = await findCandidates(pipeline, query, {
    before: undefined,
    limit: Math.max(postsMax, limit),
    fillTo: limit,
  })
  const newest = candidatesOf(found.ids)
  // Half a session would look whole on its later pages; without Redis there is nowhere to keep one.
  if (!found.isWhole || query.truthOnly || query.stores.isRedisAway()) {
    if (!query.truthOnly && query.stores.isRedisAway()) query.labels.lacks('session', 'degraded')
    return newestOf(deps, query, found, newest, limit)
  }

  const { hydrators, filters } = pipeline.freeze
  const hydrated = filter(deps, filters, await hydrate(deps, hydrators, query, newest))
  const ranked = rank(deps, pipeline.freeze, query, hydrated)
  if (ranked === undefined) return newestOf(deps, query, found, hydrated, limit)
  const session: FeedSession = {
    ids: ranked.map(({ id }) => id),
    seam: seamOf(found.nextBefore),
    asOf: query.asOf,
  }
  const name = deps.newSessionId()
  const [shown, isKept] = await Promise.all([
    show(deps, query, ranked.slice(0, limit)),
    ranked.length <= limit || keep(deps, query, name, session),
  ])
  if (!isKept) return newestOf(deps, query, found, hydrated, limit)
  return sessionPart(query, { name, session, shown, nextIndex: limit })
}

/** A part of a walk: its own posts, and the interval of the whole session. */
export function sessionPart(
  query: FeedQuery,
  part: {
    readonly name: string
    readonly session: FeedSession
    readonly shown: readonly Candidate[]
    readonly nextIndex: number
  },
): FeedAnswer {
  const { session, shown, nextIndex } = part
  const below = session.seam === THE_BEGINNING ? null : idAfter(session.seam)
  return makePage({
    ...query,
    asOf: session.asOf,
    shown,
    interval: { newest: null, oldest: below },
    next:
      nextIndex < session.ids.length
        ? {
            kind: 'ranked',
            session: part.name,
            index: nextIndex,
            seam: session.seam,
            token: formatToken(cursorToken(session.asOf, query.token)),
            atMs: query.nowMs,
          }
        : below && latestCursor(query, below),
  })
}

/** Refused ranking: the newest of what was found, in the order of `latest`. */
function newestOf(
  deps: PageDeps,
  query: FeedQuery,
  found: Candidates,
  candidates: readonly Candidate[],
  limit: number,
): Promise<FeedAnswer> {
  const cut = candidates.slice(0, limit)
  const last = cut.at(-1)
  const isCut = candidates.length > limit && last !== undefined
  return latestOf(deps, query, undefined, isCut ? { nextBefore: last.id } : found, cut)
}

/** At or below it `latest` takes over, which holds ids below `nextBefore`. */
const seamOf = (nextBefore: PostId | null): PostId =>
  nextBefore === null ? THE_BEGINNING : (String(BigInt(nextBefore) - 1n) as PostId)

/** With the wave of the texts. A session that cannot be written is no session: the page is `latest`. */
async function keep(
  { sessions, observer }: RankedDeps,
  { viewer, labels }: FeedQuery,
  name: string,
  session: FeedSession,
): Promise<boolean> {
  try {
    await sessions.write(viewer, name, formatSession(session))
    return true
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    observer.failed('session', error)
    labels.lacks('session', 'degraded')
    return false
  }
}
