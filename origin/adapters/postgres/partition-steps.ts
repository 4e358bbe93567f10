import { covers, hasXid, type Horizon } from '../../../shared/horizon.ts'
import { LOG_PARTITIONS } from '../../../shared/keys.ts'
import { LOG_BATCH_EVENTS_MAX } from '../../../shared/limits.ts'
import type { OutboxEvent, OutboxRead, Position } from '../../ports/outbox.ts'

/** What reads of all partitions together have found for each of them since it last took it. */
export interface PartitionSteps {
  /** The next read, which began at `from`, where the one before it had ended. */
  add(from: Horizon, read: Pick<OutboxRead, 'events' | 'position' | 'tick'>): void
  /** Something was not read, so that what comes next goes on from nothing. */
  clear(): void
  /**
   * What `outbox.read(position, partition)` would answer, as of the last read. `undefined`: these reads do
   * not meet the position, or the partition has too much for one batch; it has to be asked for.
   */
  take(partition: number, position: Position): OutboxRead | undefined
}

interface Step {
  readonly from: Horizon
  readonly events: readonly OutboxEvent[]
  readonly position: Position
  readonly tick: OutboxRead['tick']
}

export function partitionSteps(eventsMax = LOG_BATCH_EVENTS_MAX): PartitionSteps {
  const steps = new Map<number, Step>()

  return {
    add(from, { events, position, tick }) {
      const byPartition = Map.groupBy(events, ({ partition }) => partition)
      for (let partition = 0; partition < LOG_PARTITIONS; partition += 1) {
        const fresh = byPartition.get(partition) ?? []
        const step = steps.get(partition)
        const all = step === undefined ? fresh : [...step.events, ...fresh]
        if (all.length > eventsMax) steps.delete(partition)
        else steps.set(partition, { from: step?.from ?? from, events: all, position, tick })
      }
    },

    clear: () => steps.clear(),

    take(partition, { horizon }) {
      const step = steps.get(partition)
      if (step === undefined) return undefined
      // Nothing may lie between the two, and a position never goes back.
      if (!covers(horizon, step.from) || !covers(step.position.horizon, horizon)) return undefined
      steps.delete(partition)
      const events = step.events.filter(({ xid }) => !hasXid(horizon, xid))
      return { events, position: step.position, tick: step.tick, more: false }
    },
  }
}
