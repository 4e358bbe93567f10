import { fromLists, fromTruth, type Candidates, type Wanted } from './across-the-seam.ts'
import { keys as listKeys } from '../../shared/keys.ts'
import type { FeedQuery } from './query/feed-query.ts'
import { readLists, type ReadListsDeps } from './query/read-lists.ts'
import type { Lacking, Source } from './stages.ts'

export interface FindDeps {
  readonly sources: readonly Source[]
  readonly lists: ReadListsDeps
  /** Makes absent lists, after the answer. */
  readonly warm: (lacking: readonly Lacking[]) => Promise<void>
}

/** The lists of all sources in one wave; Postgres where a list is absent, and below the seam. */
export async function findCandidates(
  { sources, lists: listsDeps, warm }: FindDeps,
  query: FeedQuery,
  wanted: Wanted,
): Promise<Candidates> {
  const { viewer, record, stores, labels } = query
  const reading = {
    stores,
    labels,
    ask: (...[truth, before, limit]) => truth.timelinePage(viewer, before, limit),
  } satisfies Parameters<typeof fromLists>[0]
  if (query.truthOnly || record.large) return fromTruth(reading, wanted, NOTHING)

  const keys = new Set(sources.flatMap((source) => source.lists(query)))
  const judged = await readLists(listsDeps, query, keys)
  if (judged === undefined) return fromTruth(reading, wanted, NOTHING)
  const read = judged()
  const found = sources.map((source) => source.find(query, read))
  const lists = found.flatMap((part) => part.lists)
  const lacking = found.flatMap((part) => part.lacking)
  if (lacking.length === 0) return fromLists(reading, wanted, lists)

  // One that holds too little is made anew, and a copy of it would go on to hold too little.
  for (const { list, owner } of lacking) {
    listsDeps.kept.forget(
      list === 'timeline' ? listKeys.timeline(owner) : listKeys.authorList(owner),
    )
  }
  query.later(() => warm(lacking))
  const names = lacking.map(({ list }) => (list === 'timeline' ? list : 'author-lists'))
  return fromTruth(reading, wanted, { lists, lacking: [...new Set(names)] })
}

const NOTHING = { lists: [], lacking: ['timeline'] } as const
