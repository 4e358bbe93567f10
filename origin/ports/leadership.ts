import type { Tick } from '../../shared/events/tick.ts'

/**
 * The one session that leads. Everything it writes goes over the session that holds the lock, so that a
 * leader without its lock cannot write.
 */
export interface LeaderSession extends AsyncDisposable {
  /** Rises with every leader, and with the epoch: stores refuse writes of a lower one. */
  readonly term: number
  readonly epoch: number
  /** Aborts when the session is gone, and the lock with it. */
  readonly lost: AbortSignal
  /** The next tick: its time is read before its horizon is taken. */
  tick(): Promise<Tick>
  /** Reserves so many numbers of the invalidation log, all above `above`; answers the first. Never given twice. */
  reserveNumbers(count: number, above: number): Promise<number>
  /** Makes partitions ahead, and drops those that nobody needs. Answers how many of each. */
  keepPartitions(): Promise<{ readonly made: number; readonly dropped: number }>
}

export interface Leadership {
  /** `undefined`: another process leads. */
  tryLead(): Promise<LeaderSession | undefined>
}
