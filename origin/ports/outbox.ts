import type { LogEvent } from '../../shared/events/event.ts'
import type { Tick } from '../../shared/events/tick.ts'
import type { Horizon } from '../../shared/horizon.ts'

/** A snapshot and a Postgres time read after it was taken: the place from which to go on. */
export interface Position {
  readonly horizon: Horizon
  readonly atMs: number
}

export interface OutboxEvent extends LogEvent {
  readonly partition: number
}

export interface OutboxRead {
  /** Ordered by (xid, id): of one key, the order of their commits. */
  readonly events: readonly OutboxEvent[]
  /** What was read: everything of the new horizon that the old one did not have. */
  readonly position: Position
  /** The newest tick that the new horizon shows: its horizon lies inside the position. */
  readonly tick: Tick | undefined
  /** A backlog is read in steps of whole transactions: this one ends short of what is visible. Read on. */
  readonly more: boolean
}

/**
 * The outbox, read between two horizons as PgQ does, on the primary.
 *
 * Promises: every event once, whatever order transactions commit in and however long one stays open;
 * `events`, `position` and `tick` are of one snapshot; a position of another epoch has nothing, since
 * transaction ids of before a restore say nothing about those after it.
 */
export interface Outbox {
  /** Everything visible now that `after` does not have; of one log partition, or of all. */
  read(after: Position, partition?: number): Promise<OutboxRead>
  /** A position that has everything committed before the call. */
  now(): Promise<Position>
  /** The position of a tick, as long as the outbox reaches back to it. */
  positionOfTick(n: number): Promise<Position | undefined>
  /** Of the newest tick that is at least so old; of the oldest when none is; `now` when there is no tick. */
  since(agoMs: number): Promise<Position>
}
