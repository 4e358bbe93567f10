import type { LogEvent } from '../../shared/events/event.ts'
import type { Tick } from '../../shared/events/tick.ts'

export interface LogBatch {
  readonly partition: number
  /** Of one key in order. May be empty: a batch that only brings a tick. */
  readonly events: readonly LogEvent[]
  /** Everything that its horizon shows, of this partition, came in this batch or before it. */
  readonly tick: Tick | undefined
  /** Call after the effect. Rejects with `LOG_PARTITION_LOST` semantics when another owner has it now. */
  readonly commit: () => Promise<void>
}

/** One partition's life with one owner. A throw anywhere closes it; it is gained again after a backoff. */
export interface PartitionConsumer {
  /** Answers a tick to start from when that is earlier than the committed position. */
  open(): Promise<{ readonly fromTick?: number | undefined }>
  handle(batch: LogBatch): Promise<void>
  close(): Promise<void>
}

/**
 * The log: several groups, each partition of a group with one owner at a time.
 *
 * Promises: at least once and in order per key; a batch that was not committed comes again; no event is
 * skipped while transactions commit out of order; two processes share the partitions of a group, and
 * those of a dead one are taken over.
 */
export interface EventLog {
  /** Resolves when the signal aborts and everything in hand was finished. */
  consume(
    group: string,
    make: (partition: number) => PartitionConsumer,
    signal: AbortSignal,
  ): Promise<void>
}
