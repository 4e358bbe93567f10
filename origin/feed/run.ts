import type { PostId } from '../../shared/ids.ts'
import type { FeedQuery } from './query/feed-query.ts'
import type { Candidate, Filter, Hydrator, Scorer, Selector } from './stages.ts'

/** Where stages report: metrics and logs. Stages themselves neither catch nor count. */
export interface StageObserver {
  ran(stage: string, ms: number): void
  dropped(filter: string, posts: number): void
  failed(stage: string, error: unknown): void
}

export interface StageDeps {
  readonly observer: StageObserver
  /** Milliseconds that only differences are taken of. */
  readonly elapsedMs: () => number
}

export const candidatesOf = (ids: readonly PostId[]): readonly Candidate[] =>
  ids.map((id) => patched({ id }, {}))

/** Field by field: all candidates are objects of one shape then, which the engine reads several times as fast. */
const patched = (candidate: Candidate, patch: Partial<Candidate>): Candidate => ({
  id: candidate.id,
  author: patch.author ?? candidate.author,
  fragment: patch.fragment ?? candidate.fragment,
  standing: patch.standing ?? candidate.standing,
  isUnheard: patch.isUnheard ?? candidate.isUnheard,
  score: patch.score ?? candidate.score,
})

/** In order: a hydrator may need what one before it found. */
export async function hydrate(
  { observer, elapsedMs }: StageDeps,
  hydrators: readonly Hydrator[],
  query: FeedQuery,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  let hydrated = candidates
  for (const hydrator of hydrators) {
    const startedMs = elapsedMs()
    const patches = await hydrator.load(query, hydrated)
    if (patches.size > 0) {
      hydrated = hydrated.map((candidate) => {
        const patch = patches.get(candidate.id)
        return patch === undefined ? candidate : patched(candidate, patch)
      })
    }
    observer.ran(hydrator.name, elapsedMs() - startedMs)
  }
  return hydrated
}

export function filter(
  { observer }: StageDeps,
  filters: readonly Filter[],
  candidates: readonly Candidate[],
): readonly Candidate[] {
  let kept = candidates
  for (const each of filters) {
    const before = kept.length
    kept = kept.filter((candidate) => each.keeps(candidate))
    if (kept.length < before) observer.dropped(each.name, before - kept.length)
  }
  return kept
}

/** `undefined` when ranking failed: the page is then `latest`, and says so. */
export function rank(
  { observer, elapsedMs }: StageDeps,
  { scorers, selectors }: { scorers: readonly Scorer[]; selectors: readonly Selector[] },
  query: FeedQuery,
  candidates: readonly Candidate[],
): readonly Candidate[] | undefined {
  const startedMs = elapsedMs()
  try {
    const scored = candidates.map((candidate) =>
      patched(candidate, {
        score: scorers.reduce((score, scorer) => score * scorer.score(query, candidate), 1),
      }),
    )
    const ordered = selectors.reduce<readonly Candidate[]>(
      (ordering, selector) => selector.order(query, ordering),
      scored,
    )
    observer.ran('rank', elapsedMs() - startedMs)
    return ordered
  } catch (error) {
    observer.failed('rank', error)
    query.labels.lacks('ranking', 'degraded')
    return undefined
  }
}
