import type { FeedPipeline } from './home-feed.ts'
import type { FeedQuery } from './query/feed-query.ts'
import { filter, hydrate, type StageDeps } from './run.ts'
import type { Candidate } from './stages.ts'

/** Candidates as they may be shown now: texts, relationships and deletions of this moment. */
export async function show(
  deps: StageDeps & { readonly pipeline: FeedPipeline },
  query: FeedQuery,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const { hydrators, filters } = deps.pipeline.page
  const hydrated = await hydrate(deps, hydrators, query, candidates)
  const failure = query.stores.postgresFailure()
  // Neither store has a single text: an empty page would say that there is nothing.
  if (failure !== undefined && candidates.length > 0 && !hydrated.some(isKnown)) throw failure
  return filter(deps, filters, hydrated)
}

const isKnown = ({ fragment }: Candidate): boolean => fragment !== undefined
