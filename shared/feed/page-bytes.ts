import { splice } from '../fragment.ts'
import type { UserViewer } from '../user.ts'
import type { Completeness, FeedReason, Interval } from './page.ts'

/** A post that is on the page: its fragment's text, and why it is there. */
export interface PageItem {
  readonly json: string
  readonly reason: FeedReason
}

/** What a FeedPage says beside its items. */
export interface PageClaims {
  readonly nextCursor: string | null
  readonly completeness: Completeness
  readonly missing: readonly string[]
  readonly asOf: string
  readonly interval: Interval
}

/** What is encoded here never holds a lone surrogate: texts are checked at the border. */
const encoder = new TextEncoder()
/** No runtime encodes into shared memory; the types of some do not say so. */
const encoded = (text: string) => encoder.encode(text) as Uint8Array<ArrayBuffer>

/** A FeedPage, joined from fragments that nobody parses again. */
export const feedPageText = (items: readonly PageItem[], claims: PageClaims): string =>
  splice(`{"items":[${items.map(itemJson).join(',')}]}`, membersOf(claims))

/** A Page<Post> or Page<User>. */
export const plainPageText = (fragments: readonly string[], nextCursor: string | null): string =>
  `{"items":[${fragments.join(',')}],"nextCursor":${JSON.stringify(nextCursor)}}`

/** The same as bytes. */
export const feedPageBytes = (
  items: readonly PageItem[],
  claims: PageClaims,
): Uint8Array<ArrayBuffer> => encoded(feedPageText(items, claims))

export const plainPageBytes = (
  fragments: readonly string[],
  nextCursor: string | null,
): Uint8Array<ArrayBuffer> => encoded(plainPageText(fragments, nextCursor))

/** A User's text: the fragment, its counts as they were stored, and what holds between it and the reader. */
export const userJson = (
  fragment: string,
  counts: string,
  viewer: UserViewer | undefined,
): string =>
  splice(
    fragment,
    viewer === undefined
      ? `"counts":${counts}`
      : `"counts":${counts},"viewer":${JSON.stringify(viewer)}`,
  )

const itemJson = ({ json, reason }: PageItem): string => `{"post":${json},"reason":"${reason}"}`

function membersOf({ nextCursor, completeness, missing, asOf, interval }: PageClaims): string {
  const claims = JSON.stringify({ nextCursor, completeness, missing, asOf, interval })
  return claims.slice(1, -1)
}
