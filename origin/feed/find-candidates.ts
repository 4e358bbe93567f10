import { mergeSources, type Merged } from '../../shared/feed/merge.ts'
import { compareIds, ID_BOUND, idAfter, THE_BEGINNING, type PostId } from '../../shared/ids.ts'
import type { Tail } from '../ports/tail.ts'
import type { FeedQuery } from './query/feed-query.ts'
import { listsRead } from './query/lists-read.ts'
import type { Lacking, Source } from './stages.ts'

export interface Wanted {
  /** Ids below this one; `undefined`: no bound. */
  readonly before: PostId | undefined
  readonly limit: number
  /** With fewer than this above the seam, Postgres is asked for what lies below. */
  readonly fillTo: number
}

export interface Candidates {
  /** Newest first, each once. */
  readonly ids: readonly PostId[]
  /** Where the walk goes on: ids below this one. `null`: the end of time was reached. */
  readonly nextBefore: PostId | null
  /** No source is lacking, so a session may freeze them. */
  readonly isWhole: boolean
  readonly layer: 'redis' | 'postgres'
}

export interface FindDeps {
  readonly sources: readonly Source[]
  readonly tail: Tail
  /** Makes absent lists, after the answer. */
  readonly warm: (lacking: readonly Lacking[]) => Promise<void>
}

/** The lists of all sources in one wave; Postgres where a list is absent, and below the seam. */
export async function findCandidates(
  { sources, tail, warm }: FindDeps,
  query: FeedQuery,
  wanted: Wanted,
): Promise<Candidates> {
  const { record, stores } = query
  if (query.truthOnly || record.large) return fromTruth(query, wanted, [], nothing(wanted))

  const lists = new Set(sources.flatMap((source) => source.lists(query)))
  const answer = await stores.wave({ lists: [...lists] })
  if (answer === undefined) {
    return fromTruth(query, wanted, [{ list: 'timeline', owner: query.viewer }], nothing(wanted))
  }
  const read = listsRead(answer, query.asOf.epoch, tail)
  const found = sources.map((source) => source.find(query, read))
  const lacking = found.flatMap((part) => part.lacking)
  const merged = mergeSources(
    found.flatMap((part) => part.lists),
    wanted,
  )
  if (lacking.length === 0) return belowTheSeam(query, wanted, merged)
  query.later(() => warm(lacking))
  return fromTruth(query, wanted, lacking, merged)
}

/** Above the seam the lists have spoken; at or below it Postgres does, to the end of time. */
async function belowTheSeam(query: FeedQuery, wanted: Wanted, merged: Merged): Promise<Candidates> {
  const { ids, next, seam } = merged
  const last = ids.at(-1)
  const warm = { isWhole: true, layer: 'redis' } as const
  if (next !== undefined && last !== undefined) return { ids, nextBefore: last, ...warm }
  if (seam === THE_BEGINNING) return { ids, nextBefore: null, ...warm }
  const before = lowerOf(wanted.before, idAfter(seam))
  if (ids.length >= wanted.fillTo) return { ids, nextBefore: before, ...warm }

  const page = await query.stores.truth('timeline', (truth) =>
    truth.timelinePage(query.viewer, before, wanted.fillTo - ids.length),
  )
  if (page !== undefined) {
    const nextBefore = page.ended ? null : (page.ids.at(-1) ?? before)
    return { ids: [...ids, ...page.ids], nextBefore, isWhole: true, layer: 'postgres' }
  }
  // Nothing to show at all, and no Postgres: a cold read.
  const failure = query.stores.postgresFailure()
  if (failure !== undefined && ids.length === 0) throw failure
  return { ids, nextBefore: before, isWhole: false, layer: 'redis' }
}

/** One statement has everything. Without room for it, the page has what the other sources found. */
async function fromTruth(
  query: FeedQuery,
  { before, limit }: Wanted,
  lacking: readonly Lacking[],
  merged: Merged,
): Promise<Candidates> {
  const names = new Set(
    lacking.map(({ list }) => (list === 'timeline' ? 'timeline' : 'author-lists')),
  )
  const [first = 'timeline'] = names
  const page = await query.stores.truth(first, (truth) =>
    truth.timelinePage(query.viewer, before, limit),
  )
  if (page !== undefined) {
    const nextBefore = page.ended ? null : (page.ids.at(-1) ?? before ?? ID_BOUND)
    return { ids: page.ids, nextBefore, isWhole: true, layer: 'postgres' }
  }
  const failure = query.stores.postgresFailure()
  if (failure !== undefined && names.has('timeline')) throw failure
  for (const each of names) query.labels.lacks(each, failure === undefined ? 'partial' : 'degraded')
  const nextBefore = merged.ids.at(-1) ?? before ?? ID_BOUND
  return { ids: merged.ids, nextBefore, isWhole: false, layer: 'redis' }
}

const nothing = ({ before, limit }: Wanted): Merged => mergeSources([], { before, limit })

const lowerOf = (a: PostId | undefined, b: PostId): PostId =>
  a !== undefined && compareIds(a, b) < 0 ? a : b
