/** Why the edge leaves an answer to the origin. Shown in Server-Timing, so operators can count them. */
export type Reason =
  | 'author-lists'
  | 'first-ranked-page'
  | 'fragments'
  | 'large-record'
  | 'no-counts'
  | 'no-lease'
  | 'no-list'
  | 'no-pulled-set'
  | 'no-record'
  | 'no-regions'
  | 'no-session'
  | 'seam'
  | 'too-many-lists'
  | 'token'

/** No failure: the edge cannot answer this one alone. */
export class NotAtEdge extends Error {
  override readonly name = 'NotAtEdge'
  readonly reason: Reason

  constructor(reason: Reason, options?: { cause?: unknown }) {
    super(reason, options)
    this.reason = reason
  }
}
