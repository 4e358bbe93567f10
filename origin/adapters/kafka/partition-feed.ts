import type { KafkaMessage } from 'kafkajs'
import { bell } from '../../../shared/bell.ts'
import { LOG_BATCH_EVENTS_MAX } from '../../../shared/limits.ts'

/** What one partition's worker has before it: fetched, and not yet handed out. */
export interface PartitionFeed {
  /** From this offset on. What was fetched before is forgotten. */
  begin(offset: bigint): void
  /** Waits for something; `undefined` when the signal aborts. */
  next(signal: AbortSignal): Promise<readonly KafkaMessage[] | undefined>
  end(): void
  /** Fetched, in the order of offsets. */
  offer(messages: readonly KafkaMessage[]): void
}

export interface FetchControl {
  readonly seek: (offset: bigint) => void
  readonly pause: () => void
  readonly resume: () => void
}

/**
 * Between the fetch loop of a process and its partitions, which work at their own paces: a partition that
 * has enough before it is paused, so that it neither fills the memory nor holds up the others.
 */
export function partitionFeed({ seek, pause, resume }: FetchControl): PartitionFeed {
  const arrived = bell()
  let queue: KafkaMessage[] = []
  let isOpen = false
  let isPaused = true
  let expected = 0n
  pause()

  return {
    begin(offset) {
      queue = []
      expected = offset
      isOpen = true
      isPaused = false
      seek(offset)
      resume()
    },
    offer(messages) {
      // A fetch that was under way when the place changed.
      const fresh = isOpen ? messages.filter(({ offset }) => BigInt(offset) >= expected) : []
      const last = fresh.at(-1)
      if (last === undefined) return
      expected = BigInt(last.offset) + 1n
      queue.push(...fresh)
      if (queue.length > LOG_BATCH_EVENTS_MAX && !isPaused) {
        isPaused = true
        pause()
      }
      arrived.ring()
    },
    async next(signal) {
      while (queue.length === 0 && !signal.aborted) await arrived.after(arrived.rings(), signal)
      if (signal.aborted) return undefined
      const taken = queue.slice(0, LOG_BATCH_EVENTS_MAX)
      queue = queue.slice(LOG_BATCH_EVENTS_MAX)
      if (isPaused && queue.length < LOG_BATCH_EVENTS_MAX) {
        isPaused = false
        resume()
      }
      return taken
    },
    end() {
      isOpen = false
      isPaused = true
      queue = []
      pause()
    },
  }
}
