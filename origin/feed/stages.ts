import type { PostFragment } from '../../shared/fragment.ts'
import type { MergeSource } from '../../shared/feed/merge.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import type { ListKey } from '../../shared/keys.ts'
import type { ListsRead } from './query/lists-read.ts'
import type { FeedQuery } from './query/feed-query.ts'

/** A post on its way to a page. Fields appear as hydrators find them. */
export interface Candidate {
  readonly id: PostId
  readonly author?: UserId | undefined
  readonly fragment?: PostFragment | undefined
  readonly standing?: Standing | undefined
  /** Somebody else's, and so new that the process's tail has not come to it. */
  readonly isUnheard?: true | undefined
  readonly score?: number | undefined
}

/** What holds between the reader and the author, now. */
export interface Standing {
  readonly own: boolean
  readonly followed: boolean
  readonly blocked: boolean
  readonly muted: boolean
}

interface Stage {
  /** Stable, kebab-case: metrics, labels and dashboards are keyed by it. */
  readonly name: string
}

/** A list that a source needs and does not have. Postgres answers in its place. */
export interface Lacking {
  readonly list: 'timeline' | 'author-list'
  readonly owner: UserId
  /** It is there, but holds too little: warming makes it anew. */
  readonly outgrown?: true
}

export interface Found {
  readonly lists: readonly MergeSource[]
  readonly lacking: readonly Lacking[]
}

/** Finds candidates. One wave brings the lists of all sources; what a source then does is synchronous. */
export interface Source extends Stage {
  lists(query: FeedQuery): readonly ListKey[]
  find(query: FeedQuery, read: ListsRead): Found
}

export type Patches = ReadonlyMap<PostId, Partial<Candidate>>

/** Adds fields. Returns patches by id, so it has no way to drop, add or reorder. */
export interface Hydrator extends Stage {
  load(query: FeedQuery, candidates: readonly Candidate[]): Promise<Patches>
}

/** Removes candidates. Pure and synchronous: what it reads was hydrated before it. */
export interface Filter extends Stage {
  keeps(candidate: Candidate): boolean
}

/** Scores one candidate; 1 is best, 0 is worst. */
export interface Scorer extends Stage {
  score(query: FeedQuery, candidate: Candidate): number
}

/** Puts candidates in the order in which pages show them. Never removes one: a session is exact. */
export interface Selector extends Stage {
  order(query: FeedQuery, candidates: readonly Candidate[]): readonly Candidate[]
}
