import type { Invalidation, Lease } from '../../shared/invalidation.ts'

/** An isolate's place in one region's invalidation log: it heard everything in (`start`, `place`]. */
export interface Listening {
  readonly start: number
  readonly place: number
  /** Only what was read under watermarks at or past this tick has all that was said before `start`. */
  readonly fromTick: number
  readonly epoch: number
}

export interface NumberedInvalidation extends Invalidation {
  readonly number: number
}

/** Lease and log as one pipeline read them, the lease first. */
export interface LogRead {
  /** The place when the read was sent: entries from it on, itself included, were asked for. */
  readonly from: number | undefined
  readonly lease: Lease | undefined
  readonly entries: readonly NumberedInvalidation[]
}

export interface Listened {
  readonly listening: Listening | undefined
  /** The isolate may have missed something: everything it holds goes. */
  readonly lost: boolean
}

/**
 * A lease names the newest tick that the leader knows of. The next one may have been under way when the
 * log's last entry was committed, and not show it; the one after it begins later, and does.
 */
const TICKS_UNTIL_CERTAIN = 2

/** Pure: where the isolate stands after a read, and whether it lost the thread. */
export function listen(before: Listening | undefined, read: LogRead): Listened {
  const { from, lease, entries } = read
  if (before === undefined || from === undefined) {
    const first = before === undefined && lease !== undefined
    return { listening: first ? beginAt(lease) : before, lost: false }
  }
  // Sent before the isolate began anew: its place means nothing any more.
  if (from < before.start) return { listening: before, lost: false }

  const reached = contiguousFrom(from, entries)
  if (reached !== undefined && isWhole(from, reached, read, before.epoch)) {
    return { listening: { ...before, place: Math.max(before.place, reached) }, lost: false }
  }
  return { listening: lease === undefined ? undefined : beginAt(lease), lost: true }
}

const beginAt = ({ lastNumber, tick, horizon }: Lease): Listening => ({
  start: lastNumber,
  place: lastNumber,
  fromTick: tick + TICKS_UNTIL_CERTAIN,
  epoch: horizon.epoch,
})

/** The last of the dense numbers that go on from the place; `undefined` after a gap. */
function contiguousFrom(
  from: number,
  entries: readonly NumberedInvalidation[],
): number | undefined {
  let reached = from
  for (const { number } of entries) {
    if (number > reached + 1) return undefined
    reached = Math.max(reached, number)
  }
  return reached
}

/**
 * Without a lease nothing says how far the log should go. With one, the log must reach its last number,
 * and where it holds nothing from the place on it must end there: else it was rolled back.
 */
function isWhole(
  from: number,
  reached: number,
  { lease, entries }: LogRead,
  epoch: number,
): boolean {
  if (lease === undefined) return true
  if (lease.horizon.epoch !== epoch || reached < lease.lastNumber) return false
  return entries.length > 0 || from === lease.lastNumber
}
