import type { Invalidation, Lease, PulledSetStamp } from '../../shared/invalidation.ts'
import type { UserId } from '../../shared/ids.ts'

/** A refusal changes nothing. */
export type RegionOutcome =
  | 'done'
  /** A newer leader was here. */
  | 'other-term'
  /** The log does not end where the caller thinks it does. */
  | 'other-last'

export interface RegionAnswer {
  readonly outcome: RegionOutcome
  /** The number at which the log ends; 0: it is empty. */
  readonly last: number
  /** The region's own clock, epoch milliseconds. */
  readonly timeMs: number
}

export interface PulledSet {
  readonly stamp: PulledSetStamp
  readonly authors: readonly UserId[]
}

/**
 * The invalidation log, the lease and the pulled set of one region, as the leader writes them.
 *
 * Promises: each call is atomic; none does anything for a term below the highest seen; what a call
 * claims of the log is compared with the log.
 */
export interface InvalidationRegion {
  readonly name: string
  /** Where the log ends. Writes nothing. */
  look(term: number): Promise<RegionAnswer>
  /**
   * Begins again: takes the lease away and leaves an entry of this number, which must lie beyond the next
   * one, so that every reader sees a gap. `other-last` when it does not.
   */
  restart(term: number, number: number): Promise<RegionAnswer>
  /** Entries numbered from `last + 1`, or above, in order; only if the log ends at `last`. */
  append(
    term: number,
    last: number,
    entries: readonly NumberedInvalidation[],
  ): Promise<RegionAnswer>
  /** Only if the log ends at `lease.lastNumber`. A time that is past for the region leaves no lease. */
  renew(lease: Lease, expiresAtMs: number): Promise<RegionAnswer>
  /** The stamp always; the authors only where another version lies. */
  publishPulledSet(term: number, set: PulledSet): Promise<RegionAnswer>
}

export interface NumberedInvalidation extends Invalidation {
  readonly number: number
}
