import type { ViewerRecord } from '../../shared/viewer-record.ts'
import { RECORD_RENEWALS_MAX } from '../../shared/limits.ts'
import type { FeedPipeline } from './home-feed.ts'
import type { FeedQuery } from './query/feed-query.ts'
import { filter, hydrate, type StageDeps } from './run.ts'
import type { Candidate } from './stages.ts'

/**
 * Candidates as they may be shown now: texts, relationships and deletions of one moment. Where the reader's
 * relationships changed while the texts were on their way, both are looked up again.
 */
export async function show(
  deps: StageDeps & { readonly pipeline: FeedPipeline },
  query: FeedQuery,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const { hydrators, filters, newerRecord } = deps.pipeline.page
  let asked = query
  for (let renewals = 0; ; renewals += 1) {
    const hydrated = await hydrate(deps, hydrators, asked, candidates)
    const failure = query.stores.postgresFailure()
    // Neither store has a single text: an empty page would say that there is nothing.
    if (failure !== undefined && candidates.length > 0 && !hydrated.some(isKnown)) throw failure
    const newer: ViewerRecord | undefined =
      renewals < RECORD_RENEWALS_MAX ? await newerRecord(asked) : undefined
    if (newer === undefined) return filter(deps, filters, hydrated)
    asked = { ...asked, record: newer }
  }
}

const isKnown = ({ fragment }: Candidate): boolean => fragment !== undefined
