import type { PostId } from '../../shared/ids.ts'
import { cursorToken, formatToken } from '../../shared/token.ts'
import type { Candidates } from './across-the-seam.ts'
import { findCandidates } from './find-candidates.ts'
import type { FeedPipeline } from './home-feed.ts'
import { makePage, type FeedAnswer } from './make-page.ts'
import type { FeedQuery } from './query/feed-query.ts'
import { candidatesOf, type StageDeps } from './run.ts'
import { show } from './show.ts'
import type { Candidate } from './stages.ts'

export interface PageDeps extends StageDeps {
  readonly pipeline: FeedPipeline
}

/** By id, newest first, across the seam to the end of time. */
export async function latestPage(
  deps: PageDeps,
  query: FeedQuery,
  { before, limit }: { readonly before: PostId | undefined; readonly limit: number },
): Promise<FeedAnswer> {
  const found = await findCandidates(deps.pipeline, query, { before, limit, fillTo: limit })
  return latestOf(deps, query, before, found, candidatesOf(found.ids))
}

/** A `latest` page of candidates that were found already; some may be hydrated. */
export async function latestOf(
  deps: PageDeps,
  query: FeedQuery,
  before: PostId | undefined,
  { nextBefore }: Pick<Candidates, 'nextBefore'>,
  candidates: readonly Candidate[],
): Promise<FeedAnswer> {
  const shown = await show(deps, query, candidates)
  return makePage({
    ...query,
    shown,
    next: nextBefore === null ? null : latestCursor(query, nextBefore),
    interval: { newest: before ?? null, oldest: nextBefore },
  })
}

export const latestCursor = (
  { asOf, token, nowMs }: Pick<FeedQuery, 'asOf' | 'token' | 'nowMs'>,
  before: PostId,
) =>
  ({
    kind: 'latest',
    before,
    token: formatToken(cursorToken(asOf, token)),
    atMs: nowMs,
  }) as const
