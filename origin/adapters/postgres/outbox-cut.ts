import type { LogEvent } from '../../../shared/events/event.ts'
import type { Horizon } from '../../../shared/horizon.ts'

/** What one statement gave of what `after` does not have, each part in the order of xids, whole transactions only. */
export interface OutboxRows<Event extends LogEvent> {
  /** Of transactions that were still running in `after`. */
  readonly late: readonly Event[]
  /** Of transactions that `after` had not seen begin. */
  readonly fresh: readonly Event[]
  /** The snapshot of the statement. */
  readonly horizon: Horizon
}

export interface Cut<Event extends LogEvent> {
  readonly events: readonly Event[]
  readonly horizon: Horizon
  readonly more: boolean
}

/**
 * How far a bounded read got, as an exact horizon. A part that reached its limit ends at some xid: below
 * that cut everything of the snapshot was read, above it nothing but what `after` had. Both can be said
 * as one snapshot, since `after` shows nothing that the newer snapshot does not.
 */
export function cutOutbox<Event extends LogEvent>(
  after: Horizon,
  { late, fresh, horizon }: OutboxRows<Event>,
  limit: number,
): Cut<Event> {
  if (late.length >= limit) return cutAt(after, horizon, late)
  if (fresh.length >= limit) return cutAt(after, horizon, [...late, ...fresh])
  return { events: inOrder([...late, ...fresh]), horizon, more: false }
}

function cutAt<Event extends LogEvent>(
  after: Horizon,
  horizon: Horizon,
  read: readonly Event[],
): Cut<Event> {
  const events = inOrder(read)
  const cut = (events.at(-1)?.xid ?? 0) + 1
  const xmax = Math.max(after.xmax, cut)
  const xip = [
    ...horizon.xip.filter((xid) => xid < cut),
    ...after.xip.filter((xid) => xid >= cut),
  ].toSorted((a, b) => a - b)
  return {
    events,
    horizon: { epoch: horizon.epoch, xmin: xip[0] ?? xmax, xmax, xip },
    more: true,
  }
}

/** Where the second of two transactions waited for the first, for a row that both change, its xid is higher or it commits later. */
const inOrder = <Event extends LogEvent>(events: readonly Event[]): readonly Event[] =>
  events.toSorted((a, b) => a.xid - b.xid || Number(a.id) - Number(b.id))
