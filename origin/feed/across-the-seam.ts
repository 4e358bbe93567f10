import { mergeSources, type Merged, type MergeSource } from '../../shared/feed/merge.ts'
import { compareIds, ID_BOUND, idAfter, THE_BEGINNING, type PostId } from '../../shared/ids.ts'
import type { Truth, TruthPage } from '../ports/truth.ts'
import type { Labels } from './query/labels.ts'
import type { ReadStores } from './query/read-stores.ts'

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

/** How Postgres is asked for the same posts, newest first. */
export type AskPage = (
  truth: Truth,
  before: PostId | undefined,
  limit: number,
) => Promise<TruthPage>

export interface Reading {
  readonly stores: ReadStores
  readonly labels: Labels
  readonly ask: AskPage
}

/** Above the seam the lists have spoken; at or below it Postgres does, to the end of time. */
export async function fromLists(
  { stores, ask }: Reading,
  wanted: Wanted,
  lists: readonly MergeSource[],
): Promise<Candidates> {
  const { ids, next, seam } = mergeSources(lists, wanted)
  const last = ids.at(-1)
  const warm = { isWhole: true, layer: 'redis' } as const
  if (next !== undefined && last !== undefined) return { ids, nextBefore: last, ...warm }
  if (seam === THE_BEGINNING) return { ids, nextBefore: null, ...warm }
  const before = lowerOf(wanted.before, idAfter(seam))
  if (ids.length >= wanted.fillTo) return { ids, nextBefore: before, ...warm }

  const page = await stores.truth('timeline', (truth) =>
    ask(truth, before, wanted.fillTo - ids.length),
  )
  if (page !== undefined) {
    const nextBefore = page.ended ? null : (page.ids.at(-1) ?? before)
    return { ids: [...ids, ...page.ids], nextBefore, isWhole: true, layer: 'postgres' }
  }
  // Nothing to show at all, and no Postgres: a cold read.
  const failure = stores.postgresFailure()
  if (failure !== undefined && ids.length === 0) throw failure
  return { ids, nextBefore: before, isWhole: false, layer: 'redis' }
}

export interface Lists {
  readonly lists: readonly MergeSource[]
  /** Names of what is absent. Without a timeline there is no page at all while Postgres is away. */
  readonly lacking: readonly ('timeline' | 'author-lists')[]
}

/** One statement has everything. Without room for it, the page has what the other lists hold. */
export async function fromTruth(
  { stores, labels, ask }: Reading,
  { before, limit }: Wanted,
  { lists, lacking }: Lists,
): Promise<Candidates> {
  const [first = 'timeline'] = lacking
  const page = await stores.truth(first, (truth) => ask(truth, before, limit))
  if (page !== undefined) {
    const nextBefore = page.ended ? null : (page.ids.at(-1) ?? before ?? ID_BOUND)
    return { ids: page.ids, nextBefore, isWhole: true, layer: 'postgres' }
  }
  const failure = stores.postgresFailure()
  if (failure !== undefined && (lacking.length === 0 || lacking.includes('timeline'))) throw failure
  for (const each of lacking) labels.lacks(each, failure === undefined ? 'partial' : 'degraded')
  const merged: Merged = mergeSources(lists, { before, limit })
  const nextBefore = merged.ids.at(-1) ?? before ?? ID_BOUND
  return { ids: merged.ids, nextBefore, isWhole: false, layer: 'redis' }
}

const lowerOf = (a: PostId | undefined, b: PostId): PostId =>
  a !== undefined && compareIds(a, b) < 0 ? a : b
