import type { Tick } from '../../shared/events/tick.ts'

/** When ticks were made, for a log that knows times and not ticks. */
export interface TickTimes {
  /** Postgres time in epoch milliseconds; `undefined` for one that the outbox no longer reaches. */
  timeOf(tick: number): Promise<number | undefined>
  newest(): Promise<Pick<Tick, 'n' | 'atMs'> | undefined>
}
