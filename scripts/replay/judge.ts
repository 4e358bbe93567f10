import type { FeedPage } from '../../shared/feed/page.ts'
import { hasToken, hasXid, parseHorizon, type Token } from '../../shared/horizon.ts'
import { compareIds, type PostId } from '../../shared/ids.ts'

export interface Seen {
  readonly page: FeedPage
  /** What the reader handed in. */
  readonly token: Token | undefined
  /** What plain SQL shows, asked after the answer had come: at least down to the end of the page. */
  readonly oracle: ReadonlySet<string>
  /** The transaction of a post of this replay; `undefined`: it was there before. */
  readonly xidOf: (post: PostId) => number | undefined
  /** Was the post committed when the answer had come? */
  readonly wasCommitted: (post: PostId) => boolean
}

/**
 * What is wrong with a page; nothing, it is to be hoped. While only posts are added, a feed only grows:
 * so whatever the page's horizon has, and nothing that was committed after the answer, is on the page.
 */
export function faultsOf({ page, token, oracle, xidOf, wasCommitted }: Seen): readonly string[] {
  const faults: string[] = []
  const ids = page.items.map(({ post }) => post.id as PostId)
  const shown = new Set<string>(ids)
  const asOf = parseHorizon(page.asOf)
  if (asOf === undefined) return [`asOf is no horizon: ${page.asOf}`]

  if (shown.size !== ids.length) faults.push('a post twice on one page')
  if (ids.some((id, at) => at > 0 && compareIds(id, ids[at - 1] ?? '') >= 0)) {
    faults.push('not newest first')
  }
  for (const id of ids) {
    if (!isWithin(page, id)) faults.push(`${id} is outside of the page’s interval`)
    if (!oracle.has(id)) faults.push(`${id} is not in the feed`)
    else if (!wasCommitted(id)) faults.push(`${id} was shown before it was there`)
  }
  if (page.completeness !== 'complete') {
    if (page.missing.length === 0) faults.push(`${page.completeness}, and nothing is missing`)
    return faults
  }
  if (token !== undefined && !hasToken(asOf, token)) faults.push('asOf lacks the reader’s token')
  for (const id of oracle) {
    if (shown.has(id) || !isWithin(page, id)) continue
    const xid = xidOf(id as PostId)
    if (xid === undefined || hasXid(asOf, xid)) faults.push(`${id} is missing, asOf ${page.asOf}`)
  }
  return faults
}

const isWithin = ({ interval: { newest, oldest } }: FeedPage, id: string): boolean =>
  (newest === null || compareIds(id, newest) < 0) &&
  (oldest === null || compareIds(id, oldest) >= 0)
