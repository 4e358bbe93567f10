/** What a test changes of the real Worker while it runs. */
export interface Recomposition {
  /** The isolate begins anew without this guard, or with all of them. */
  readonly without?: 'token' | 'version' | 'lease' | 'poll'
  /** How far its clock is ahead of the others'. */
  readonly clockAheadMs?: number
}
