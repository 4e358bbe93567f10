import type { FeedPage } from '../../../shared/feed/page.ts'
import { hasXid, parseHorizon, type Horizon, type Token } from '../../../shared/horizon.ts'
import { compareIds, type PostId, type UserId } from '../../../shared/ids.ts'
import type { Past } from './past.ts'
import { must } from './violation.ts'

/** The published bounds of staleness, for reads without a token. */
const REMOVAL_MS = 2_000
const NEW_POST_MS = 5_000

/** One page as a reader got it. */
export interface Seen {
  readonly viewer: UserId
  readonly page: FeedPage
  /** What the reader handed in, or its isolate remembered. */
  readonly token: Token | undefined
  readonly askedAtMs: number
  /** A later page of a ranked session: it was frozen earlier, and states its own horizon. */
  readonly isFrozen: boolean
  readonly isRanked: boolean
}

export interface PageChecks {
  readonly past: Past
  /** Posts that were acknowledged, with their authors and transactions. */
  readonly posts: ReadonlyMap<PostId, { readonly author: UserId; readonly xid: number }>
  /** Something went wrong so short a time ago that it may show. */
  readonly isExcused: () => boolean
}

type Interval = FeedPage['interval']

const isWithin = ({ newest, oldest }: Interval, id: string): boolean =>
  (newest === null || compareIds(id, newest) < 0) &&
  (oldest === null || compareIds(id, oldest) >= 0)

export function horizonOf({ asOf }: FeedPage): Horizon {
  const horizon = parseHorizon(asOf)
  must(1, horizon !== undefined, () => `the page's asOf is no horizon: ${asOf}`)
  return horizon
}

/** What every page obeys by itself: nothing hidden, nothing twice, nothing outside its interval. */
export function checkPage({ past, isExcused }: PageChecks, seen: Seen): void {
  const { viewer, page, token, askedAtMs, isFrozen, isRanked } = seen
  const ids = page.items.map(({ post }) => post.id as PostId)
  must(1, new Set(ids).size === ids.length, () => `a post twice on one page: ${ids.join(' ')}`)
  for (const id of ids) {
    must(1, isWithin(page.interval, id), () => `${id} lies outside of the page's interval`)
  }
  const isOrdered = ids.every((id, at) => at === 0 || compareIds(id, ids[at - 1] ?? '') < 0)
  must(5, isRanked || isOrdered, () => `not newest first: ${ids.join(' ')}`)

  const asOf = horizonOf(page)
  const isComplete = page.completeness === 'complete'
  must(1, isComplete === (page.missing.length === 0), () =>
    isComplete ? `complete, and missing ${page.missing.join(', ')}` : 'incomplete, missing nothing',
  )
  must(
    1,
    isComplete || isExcused(),
    () => `${page.completeness} (${page.missing.join(', ')}) though nothing had gone wrong`,
  )
  if (token !== undefined && !isFrozen && isComplete) {
    must(3, hasXid(asOf, token.xid), () => `asOf ${page.asOf} lacks the token ${token.xid}`)
  }

  // One that says that it could not ask Postgres may be as old as it says.
  const staleFrom = page.completeness === 'degraded' ? 0 : past.placeAt(askedAtMs - REMOVAL_MS)
  const from = Math.max(past.placeOf(asOf), isComplete ? past.placeOfToken(token) : 0, staleFrom)
  for (const { post } of page.items) {
    const id = post.id as PostId
    must(
      7,
      past.isShown(viewer, id, from),
      () => `${id} was visible to its reader at no moment that the page may speak of`,
    )
    // Whether it is shown and what it says are bounded each by itself: one who follows somebody now may
    // read what a post of theirs said a moment before. Its author was shown all that it ever said.
    const texts = past.said(post.author.id as UserId, id, from)
    must(
      4,
      texts.includes(post.text),
      () => `${id} reads “${post.text}”, it said ${texts.map((text) => `“${text}”`).join(', ')}`,
    )
  }
}

/** What pages that speak for an interval hold together: everything that was visible throughout. */
export function checkWhole(checks: PageChecks, seen: Seen, shown: ReadonlySet<string>): void {
  const { past, posts } = checks
  const { viewer, page, token, askedAtMs, isFrozen } = seen
  const asOf = past.placeOf(horizonOf(page))
  const from = isFrozen
    ? asOf
    : Math.max(asOf, past.placeOfToken(token), past.placeAt(askedAtMs - NEW_POST_MS))
  for (const id of past.throughout(viewer, from)) {
    must(
      1,
      !isWithin(page.interval, id) || shown.has(id),
      () =>
        `${id} is missing from a complete page (asOf ${page.asOf}), though it was visible since moment ${from} of ${past.moments.length - 1}`,
    )
  }
  if (token === undefined || isFrozen) return
  for (const [id, { author, xid }] of posts) {
    if (author !== viewer || xid > token.xid || !isWithin(page.interval, id)) continue
    const isThere = past.isThroughout(viewer, id, past.placeOfXid(xid) ?? 0)
    must(
      3,
      shown.has(id) || !isThere,
      () => `its author's own ${id} is missing, with a token that has it`,
    )
  }
}
