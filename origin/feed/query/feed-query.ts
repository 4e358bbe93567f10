import type { Horizon, Token } from '../../../shared/horizon.ts'
import type { UserId } from '../../../shared/ids.ts'
import type { ViewerRecord } from '../../../shared/viewer-record.ts'
import type { Labels } from './labels.ts'
import type { ReadStores } from './read-stores.ts'

/** One read, once it is known who reads and how much it must know. */
export interface FeedQuery {
  readonly viewer: UserId
  readonly record: ViewerRecord
  /** The strongest of what the reader handed in. */
  readonly token: Token | undefined
  /** What the page will have, at least. */
  readonly asOf: Horizon
  /** The tail cannot vouch for what Redis holds: Postgres answers by itself. */
  readonly truthOnly: boolean
  readonly nowMs: number
  readonly stores: ReadStores
  readonly labels: Labels
  /** What a stage found to do after the answer. */
  readonly later: (work: () => Promise<void>) => void
}
