import type { Token } from '../shared/horizon.ts'
import type { UserId } from '../shared/ids.ts'
import type { RegionReader } from './l2/region-reader.ts'
import type { Later } from './single-flight.ts'

/** Who asks, from where, and how much the answer must have: all that a read may know of its request. */
export interface Reader {
  /** `undefined`: nobody signed in, or the edge does not know yet which user the token names. */
  readonly viewer: UserId | undefined
  readonly signedIn: boolean
  readonly token: Token | undefined
  /** Nearest first. */
  readonly regions: readonly RegionReader[]
  readonly later: Later
}
