import type { ViewerRecord } from '../../shared/viewer-record.ts'
import type { Relations } from '../ports/relations.ts'
import { warmLists, type WarmListsDeps } from './effects/warm-lists.ts'
import { blockedAuthors } from './filters/blocked-authors.ts'
import { deletedPosts } from './filters/deleted-posts.ts'
import { mutedAuthors } from './filters/muted-authors.ts'
import { ownAndFollowed } from './filters/own-and-followed.ts'
import { unheardPosts } from './filters/unheard-posts.ts'
import type { FindDeps } from './find-candidates.ts'
import type { FragmentsDeps } from './find-fragments.ts'
import { arrival } from './hydrators/arrival.ts'
import { fragments } from './hydrators/fragments.ts'
import { heads } from './hydrators/heads.ts'
import { standing } from './hydrators/standing.ts'
import type { FeedQuery } from './query/feed-query.ts'
import { newerRecord, type FindRecordDeps } from './query/find-record.ts'
import { keptAuthors } from './query/kept-authors.ts'
import type { KeptLists } from './query/kept-lists.ts'
import { recency } from './scorers/recency.ts'
import { authorSpread } from './selectors/author-spread.ts'
import { pulledAuthors } from './sources/pulled-authors.ts'
import { recentFollows } from './sources/recent-follows.ts'
import { recentPosts } from './sources/recent-posts.ts'
import { timeline } from './sources/timeline.ts'
import { undelivered } from './sources/undelivered.ts'
import type { Filter, Hydrator, Scorer, Selector } from './stages.ts'

export interface HomeFeedDeps extends FragmentsDeps, WarmListsDeps, FindRecordDeps {
  readonly relations: Relations
  readonly keptLists: KeptLists
}

export interface FeedPipeline extends FindDeps {
  /** What a session is made of: every candidate above the seam, in the order of its pages. */
  readonly freeze: {
    readonly hydrators: readonly Hydrator[]
    readonly filters: readonly Filter[]
    readonly scorers: readonly Scorer[]
    readonly selectors: readonly Selector[]
  }
  /** Checked for each page, never frozen. */
  readonly page: {
    readonly hydrators: readonly Hydrator[]
    readonly filters: readonly Filter[]
    /** `undefined`: that of the query still stands. */
    readonly newerRecord: (query: FeedQuery) => Promise<ViewerRecord | undefined>
  }
}

/** Read this to know what the home feed is: query, then sources, hydrators, filters, scorers, selectors, effects. */
export const homeFeed = (deps: HomeFeedDeps): FeedPipeline => ({
  lists: { tail: deps.tail, kept: deps.keptLists },
  sources: [
    timeline,
    pulledAuthors(deps.tail),
    recentFollows(deps.records),
    recentPosts(deps.tail),
    undelivered,
  ],
  freeze: {
    hydrators: [heads({ ...deps, authors: keptAuthors() }), arrival(deps.tail)],
    filters: [unheardPosts],
    scorers: [recency],
    selectors: [authorSpread],
  },
  page: {
    hydrators: [fragments(deps), arrival(deps.tail), standing(deps.relations)],
    filters: [deletedPosts, unheardPosts, ownAndFollowed, blockedAuthors, mutedAuthors],
    newerRecord: (query) => newerRecord(deps, query),
  },
  warm: warmLists(deps),
})
