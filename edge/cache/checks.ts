import { hasToken, type Horizon, type Token } from '../../shared/horizon.ts'
import type { Lease } from '../../shared/invalidation.ts'
import { L1_POLL_MS, L1_SERVE_MS } from '../../shared/limits.ts'
import type { Heard } from './heard.ts'

/**
 * The guards between a cache and a reader. They arrive as arguments, so that a test can leave one out and
 * see which promise breaks without it.
 */
export interface Checks {
  /** Nothing newer was heard of the tag. */
  versionHolds(version: number, heard: Heard | undefined): boolean
  /** The place has what the reader wrote. */
  tokenHolds(horizon: Horizon, token: Token | undefined): boolean
  /** The lease under which a read's data stands: its own. An earlier one proves nothing about it. */
  leaseOf(own: Lease | undefined, earlier: Lease | undefined): Lease | undefined
  /** The memory cache may be served so long after the sending of a read that saw the lease. */
  leaseStands(elapsedMs: number): boolean
  /** Only L1 has answered for so long: the isolate must listen again. */
  pollIsDue(elapsedMs: number): boolean
}

export const checks: Checks = {
  versionHolds: (version, heard) => heard === undefined || version >= heard.version,
  tokenHolds: (horizon, token) => token === undefined || hasToken(horizon, token),
  leaseOf: (own) => own,
  // A clock that went backwards measures nothing: below zero is as bad as too long.
  leaseStands: (elapsedMs) => elapsedMs >= 0 && elapsedMs <= L1_SERVE_MS,
  pollIsDue: (elapsedMs) => elapsedMs < 0 || elapsedMs >= L1_POLL_MS,
}
