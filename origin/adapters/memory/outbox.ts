import { covers, hasXid, horizonBelow, type Horizon } from '../../../shared/horizon.ts'
import { LOG_BATCH_EVENTS_MAX } from '../../../shared/limits.ts'
import type { Outbox, OutboxEvent, OutboxRead, Position } from '../../ports/outbox.ts'
import type { MemoryDatabase } from './database.ts'
import type { StoredEvent } from './rows.ts'

export interface MemoryOutboxOptions {
  /** Events of one read; a transaction is never split, so there may be more. */
  readonly batchMax?: number
}

export function memoryOutbox(
  database: MemoryDatabase,
  { batchMax = LOG_BATCH_EVENTS_MAX }: MemoryOutboxOptions = {},
): Outbox {
  const { clock, ticks } = database
  const now = (): Position => ({ horizon: database.horizon(), atMs: clock.ceilMs() })

  function read(after: Position, partition?: number): OutboxRead {
    const position = now()
    const { epoch } = position.horizon
    if (after.horizon.epoch !== epoch) {
      return read({ horizon: horizonBelow(epoch, 0), atMs: 0 }, partition)
    }
    const unread = unreadBy(database, after.horizon).filter(
      (event) => partition === undefined || event.partition === partition,
    )
    if (unread.length < batchMax) {
      const newest = ticks.at(-1)
      const tick = newest?.horizon.epoch === epoch ? newest : undefined
      return { events: unread.map(eventOf), position, tick, more: false }
    }
    const lastXid = unread[batchMax - 1]?.xid ?? 0
    const events = unread.filter(({ xid }) => xid <= lastXid)
    const horizon = upTo(lastXid, after.horizon, position.horizon)
    const tick = ticks.findLast(
      (each) => each.horizon.epoch === epoch && covers(horizon, each.horizon),
    )
    return { events: events.map(eventOf), position: { ...position, horizon }, tick, more: true }
  }

  /** The next tick's time is read after this tick's horizon was taken: ticks are made one after another. */
  function positionOf(at: number): Position | undefined {
    const tick = ticks[at]
    if (tick === undefined || tick.horizon.epoch !== database.epoch) return undefined
    const next = ticks[at + 1]
    return { horizon: tick.horizon, atMs: next === undefined ? clock.ceilMs() : next.atMs + 1 }
  }

  return {
    read: async (after, partition) => read(after, partition),
    now: async () => now(),
    positionOfTick: async (n) => positionOf(ticks.findIndex((tick) => tick.n === n)),
    async since(agoMs) {
      const sinceMs = clock.floorMs() - agoMs
      const at = ticks.findLastIndex(({ atMs }) => atMs <= sinceMs)
      return positionOf(Math.max(0, at)) ?? now()
    },
  }
}

/** What is committed and `after` does not have, in the order of transactions. */
function unreadBy(database: MemoryDatabase, after: Horizon): readonly StoredEvent[] {
  if (after.xip.length === 0 && after.xmax > database.newestEventXid()) return []
  return database.events
    .filter(({ xid }) => !hasXid(after, xid))
    .toSorted((a, b) => a.xid - b.xid || Number(a.id) - Number(b.id))
}

/** Everything of the snapshot up to the transaction, and above it nothing but what `after` had. */
function upTo(lastXid: number, after: Horizon, snapshot: Horizon): Horizon {
  const cut = lastXid + 1
  const xmax = Math.max(after.xmax, cut)
  const xip = [
    ...snapshot.xip.filter((xid) => xid < cut),
    ...after.xip.filter((xid) => xid >= cut),
  ].toSorted((a, b) => a - b)
  return { epoch: snapshot.epoch, xmin: xip[0] ?? xmax, xmax, xip }
}

const eventOf = ({ id, xid, key, atMs, event, partition }: StoredEvent): OutboxEvent => ({
  id,
  xid,
  key,
  atMs,
  event,
  partition,
})
