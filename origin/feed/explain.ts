import { AppError } from '../../shared/errors.ts'
import { rfc3339 } from '../../shared/time.ts'
import { idAfter, idTimeMs, type PostId, type UserId } from '../../shared/ids.ts'
import { formatHorizon } from '../../shared/horizon.ts'
import type { Completeness } from '../../shared/feed/page.ts'
import { findCandidates } from './find-candidates.ts'
import type { FeedPipeline } from './home-feed.ts'
import { openQuery, type OpenQueryDeps } from './query/open-query.ts'
import type { FeedQuery } from './query/feed-query.ts'
import { listsRead } from './query/lists-read.ts'
import { candidatesOf, hydrate, type StageDeps } from './run.ts'
import type { Candidate } from './stages.ts'

/** Why a post is, or is not, on a viewer's pages. */
export interface Explanation {
  readonly isShown: boolean
  /** In words: the first thing that keeps it away, or what brings it. */
  readonly because: string
  readonly author: UserId | null
  readonly postedAt: string
  /** Who has it. A post below the lists' floors comes from Postgres, and is there all the same. */
  readonly sources: readonly {
    readonly name: string
    readonly has: boolean
    readonly floor: string
  }[]
  readonly layer: 'redis' | 'postgres'
  readonly isFound: boolean
  readonly filters: readonly { readonly name: string; readonly keeps: boolean }[]
  readonly score: { readonly total: number; readonly terms: Readonly<Record<string, number>> }
  readonly asOf: string
  readonly completeness: Completeness
  readonly missing: readonly string[]
}

export interface ExplainDeps extends OpenQueryDeps, StageDeps {
  readonly pipeline: FeedPipeline
}

export type Explain = (viewer: UserId, post: PostId) => Promise<Explanation>

/** Runs the feed's own stages on one post. Rejects with OVERLOADED when there is no room to find out. */
export const explain =
  (deps: ExplainDeps): Explain =>
  async (viewer, post) => {
    const { query, labels } = await openQuery(deps, { viewer, token: undefined })
    if (query === undefined) throw new AppError('OVERLOADED', 'no room for the viewer record')
    const { pipeline } = deps
    const sources = await askSources(pipeline, query, post)
    const wanted = { before: idAfter(post), limit: 1, fillTo: 1 }
    const found = await findCandidates(pipeline, query, wanted)
    const [candidate = { id: post }] = await hydrate(
      deps,
      pipeline.page.hydrators,
      query,
      candidatesOf([post]),
    )
    const filters = pipeline.page.filters.map((filter) => ({
      name: filter.name,
      keeps: filter.keeps(candidate),
    }))
    const isFound = found.ids.includes(post)
    const dropped = filters.find(({ keeps }) => !keeps)
    return {
      isShown: isFound && dropped === undefined,
      because: reasonOf(candidate, isFound, dropped?.name),
      author: candidate.author ?? null,
      postedAt: rfc3339(idTimeMs(post)),
      sources,
      layer: found.layer,
      isFound,
      filters,
      score: scoreOf(pipeline, query, candidate),
      asOf: formatHorizon(query.asOf),
      completeness: labels.completeness(),
      missing: labels.missing(),
    }
  }

async function askSources(
  { sources, lists: { tail } }: FeedPipeline,
  query: FeedQuery,
  post: PostId,
): Promise<Explanation['sources']> {
  const keys = new Set(sources.flatMap((source) => source.lists(query)))
  const read = listsRead(await query.stores.wave({ lists: [...keys] }), query.asOf.epoch, tail)
  return sources.map((source) => {
    const { lists, lacking } = source.find(query, read)
    const floors = lists.map(({ floor }) => floor).toSorted((a, b) => Number(BigInt(b) - BigInt(a)))
    return {
      name: source.name,
      has: lists.some(({ ids }) => [...ids].includes(post)),
      floor: lacking.length > 0 ? 'absent' : (floors[0] ?? 'none'),
    }
  })
}

/** The negative answers first: the earliest of them is what someone would have to change. */
function reasonOf(
  { fragment, standing, isUnheard }: Candidate,
  isFound: boolean,
  dropped: string | undefined,
): string {
  if (fragment === undefined) return 'there is no such post'
  if (fragment.json === undefined) return 'the post is deleted'
  if (isUnheard === true) return 'it is so new that this process has not heard of it'
  if (standing === undefined) return 'it is unknown what holds between the two'
  if (standing.blocked) return 'the viewer blocks the author'
  if (!standing.own && !standing.followed) return 'the viewer does not follow the author'
  if (standing.muted) return 'the viewer mutes the author'
  if (dropped !== undefined) return `dropped by ${dropped}`
  if (!isFound) return 'no source has it: what is missing says why'
  return standing.own ? 'it is the viewer’s own' : 'the viewer follows the author'
}

function scoreOf(
  { freeze }: FeedPipeline,
  query: FeedQuery,
  candidate: Candidate,
): Explanation['score'] {
  const terms = Object.fromEntries(
    freeze.scorers.map((scorer) => [scorer.name, scorer.score(query, candidate)]),
  )
  return { total: Object.values(terms).reduce((total, term) => total * term, 1), terms }
}
