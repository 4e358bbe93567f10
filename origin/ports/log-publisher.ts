import type { LogEvent } from '../../shared/events/event.ts'
import type { Tick } from '../../shared/events/tick.ts'
import type { Position } from './outbox.ts'

/**
 * A log that is not the outbox itself: the leader brings it what it reads there.
 *
 * Promises: resolved means stored as safely as the log stores anything, the events of one partition in the
 * order given and the tick, in every partition, behind them; a rejection says nothing about what was
 * stored; all of it may be repeated.
 */
export interface LogPublisher {
  publish(events: readonly LogEvent[], tick: Tick | undefined): Promise<void>
}

/** How far the outbox was published, kept beside it. */
export interface Publications {
  /** The beginning of what the outbox holds, for a log that nothing was published to. */
  position(): Promise<Position>
  mark(position: Position): Promise<void>
}
