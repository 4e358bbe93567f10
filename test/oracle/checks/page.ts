import type { FeedPage } from '../../../shared/feed/page.ts'
import { hasXid, parseHorizon, type Horizon, type Token } from '../../../shared/horizon.ts'
import { compareIds, type PostId, type UserId } from '../../../shared/ids.ts'
import { spanOf, type History } from '../history.ts'
import { must } from './violation.ts'

/** The published bounds of staleness, for reads without a token. */
const REMOVAL_MS = 2_000
const NEW_POST_MS = 5_000

/** One page as a reader got it. */
export interface Seen {
  readonly viewer: UserId
  readonly page: FeedPage
  /** What the reader handed in. */
  readonly token: Token | undefined
  /** Its own posts, which it must be shown also without a token. */
  readonly own: readonly PostId[]
  readonly atMs: number
  /** A later page of a ranked session: it was frozen earlier, and states its own horizon. */
  readonly isFrozen: boolean
  readonly isRanked: boolean
}

export interface PageChecks {
  readonly history: History
  /** Posts that were acknowledged, with their authors and transactions. */
  readonly posts: ReadonlyMap<PostId, { readonly author: UserId; readonly xid: number }>
  /** Does a fault that this run injected, now or less than 2 s ago, explain that these are missing? */
  readonly excuses: (missing: readonly string[]) => boolean
}

export interface Interval {
  readonly newest: string | null
  readonly oldest: string | null
}

const isWithin = ({ newest, oldest }: Interval, id: string): boolean =>
  (newest === null || compareIds(id, newest) < 0) &&
  (oldest === null || compareIds(id, oldest) >= 0)

export const horizonOf = ({ asOf }: FeedPage): Horizon => {
  const horizon = parseHorizon(asOf)
  must(horizon !== undefined, () => `asOf is no horizon: ${asOf}`)
  return horizon
}

/** What every page obeys by itself: nothing hidden is shown, nothing twice, nothing outside its interval. */
export function checkPage(checks: PageChecks, seen: Seen): void {
  const { viewer, page, token, atMs } = seen
  const { history } = checks
  const ids = page.items.map(({ post }) => post.id as PostId)
  must(new Set(ids).size === ids.length, () => `a post twice on one page: ${ids.join(' ')}`)
  for (const id of ids) {
    must(isWithin(page.interval, id), () => `${id} is outside of ${JSON.stringify(page.interval)}`)
  }
  if (!seen.isRanked) {
    must(
      ids.every((id, at) => at === 0 || compareIds(id, ids[at - 1] ?? '') < 0),
      () => `not newest first: ${ids.join(' ')}`,
    )
  }

  const asOf = horizonOf(page)
  const isComplete = page.completeness === 'complete'
  must(
    isComplete || checks.excuses(page.missing),
    () => `${page.completeness} without a fault, missing ${page.missing.join(', ')}`,
  )
  must(
    !isComplete || page.missing.length === 0,
    () => `complete, missing ${page.missing.join(', ')}`,
  )
  if (token !== undefined && !seen.isFrozen && isComplete) {
    must(hasXid(asOf, token.xid), () => `asOf ${page.asOf} lacks the token ${token.xid}`)
  }

  const from = Math.max(
    history.placeOf(asOf),
    isComplete ? placeOfToken(history, token) : 0,
    isFromBefore(page) ? 0 : history.placeAt(atMs - REMOVAL_MS),
  )
  const { everShown } = spanOf(history.moments, viewer, from)
  for (const { post } of page.items) {
    const id = post.id as PostId
    must(everShown.has(id), () => `${id} was shown by the oracle at no moment since ${from}`)
    // Whether it is shown and what it says are bounded each by itself: one who follows somebody now may
    // read what a post of theirs said a moment before.
    const texts = new Set(history.moments.slice(from).map((moment) => moment.texts.get(id)))
    must(
      texts.has(post.text),
      () => `${id} reads "${post.text}", it said ${[...texts].join(' | ')}`,
    )
  }
}

/**
 * What was committed in the instant before Postgres went, nobody has heard of until it is back. A page that says
 * that it could not ask is as old as its asOf says, which has all that its process had heard of.
 */
const isFromBefore = ({ completeness, missing }: FeedPage): boolean =>
  completeness === 'degraded' && (missing.includes('postgres') || missing.includes('token'))

/** What pages that speak for an interval hold together: everything that the oracle showed throughout. */
export function checkWhole(checks: PageChecks, seen: Seen, shown: ReadonlySet<string>): void {
  const { viewer, page, token, atMs, isFrozen } = seen
  const { history, posts } = checks
  const asOf = horizonOf(page)
  const from = isFrozen
    ? history.placeOf(asOf)
    : Math.max(
        history.placeOf(asOf),
        placeOfToken(history, token),
        history.placeAt(atMs - NEW_POST_MS),
      )
  const within = (id: PostId) => isWithin(page.interval, id)
  for (const id of spanOf(history.moments, viewer, from).throughout) {
    must(
      !within(id) || shown.has(id),
      () =>
        `${id} is missing, though the oracle showed it ever since moment ${from} of ${history.moments.length - 1} (asOf ${page.asOf})`,
    )
  }
  for (const id of seen.own) {
    const { throughout } = spanOf(history.moments, viewer, placeOfPost(checks, id))
    must(
      !within(id) || shown.has(id) || !throughout.has(id),
      () => `the reader's own ${id} is missing, where it was acknowledged`,
    )
  }
  if (token === undefined || isFrozen) return
  for (const [id, { author, xid }] of posts) {
    if (author !== viewer || xid > token.xid || !within(id) || shown.has(id)) continue
    const place = history.placeOfXid(xid) ?? 0
    must(
      !spanOf(history.moments, viewer, place).throughout.has(id),
      () => `the reader's own ${id} is missing, with a token that has it`,
    )
  }
}

const placeOfPost = ({ history, posts }: PageChecks, id: PostId): number =>
  history.placeOfXid(posts.get(id)?.xid ?? 0) ?? 0

/** A token speaks of all lower transactions: the moments that it covers without a gap. */
export function placeOfToken({ moments }: History, token: Token | undefined): number {
  if (token === undefined) return 0
  const beyond = moments.findIndex(({ xid }) => xid > token.xid)
  return beyond === -1 ? moments.length - 1 : Math.max(0, beyond - 1)
}
