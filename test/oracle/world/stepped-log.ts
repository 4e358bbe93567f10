import { AppError } from '../../../shared/errors.ts'
import { covers } from '../../../shared/horizon.ts'
import { LOG_PARTITIONS } from '../../../shared/keys.ts'
import type { PartitionConsumer } from '../../../origin/ports/event-log.ts'
import type { Outbox, Position } from '../../../origin/ports/outbox.ts'
import { Killed } from './faulty-delivery.ts'

/** A consumer group whose every batch is handed out by the test: late, again, or to one that dies of it. */
export interface SteppedLog {
  /** Every partition works off what there is. */
  step(): Promise<void>
  /** The process dies: what it had in hand was not committed. */
  kill(): Promise<void>
  /** Batches that were committed come again, so many in each partition. */
  repeat(batches: number): Promise<void>
  close(): Promise<void>
}

interface Partition {
  consumer: PartitionConsumer | undefined
  next: Position
  /** Committed, newest last. */
  readonly committed: Position[]
}

/** Positions that are remembered, to go back to. */
const REMEMBERED_MAX = 20
/** Attempts at a partition within one step: the first may meet the fault, the second must work. */
const ATTEMPTS_MAX = 4

export async function steppedLog(
  outbox: Outbox,
  make: (partition: number) => PartitionConsumer,
): Promise<SteppedLog> {
  const beginning = await outbox.now()
  const partitions = Array.from({ length: LOG_PARTITIONS }, (): Partition => ({
    consumer: undefined,
    next: beginning,
    committed: [beginning],
  }))
  const committedOf = ({ committed }: Partition): Position => committed.at(-1) ?? beginning

  async function open(at: number, partition: Partition): Promise<PartitionConsumer> {
    const consumer = make(at)
    partition.consumer = consumer
    const { fromTick } = await consumer.open()
    const asked = fromTick === undefined ? undefined : await outbox.positionOfTick(fromTick)
    const last = committedOf(partition)
    partition.next = asked === undefined || covers(asked.horizon, last.horizon) ? last : asked
    return consumer
  }

  async function workOff(at: number, partition: Partition): Promise<void> {
    const consumer = partition.consumer ?? (await open(at, partition))
    for (;;) {
      const { events, position, tick, more } = await outbox.read(partition.next, at)
      await consumer.handle({
        partition: at,
        events,
        tick,
        async commit() {
          partition.committed.push(position)
          if (partition.committed.length > REMEMBERED_MAX) partition.committed.shift()
        },
      })
      partition.next = position
      if (!more) return
    }
  }

  async function close(partition: Partition): Promise<void> {
    const { consumer } = partition
    partition.consumer = undefined
    await consumer?.close()
  }

  return {
    async step() {
      for (const [at, partition] of partitions.entries()) {
        for (let attempts = 1; ; attempts += 1) {
          try {
            await workOff(at, partition)
            break
          } catch (error) {
            await close(partition)
            const isExpected = error instanceof Killed || error instanceof AppError
            if (!isExpected || attempts >= ATTEMPTS_MAX) throw error
          }
        }
      }
    },
    async kill() {
      for (const partition of partitions) await close(partition)
    },
    async repeat(batches) {
      for (const partition of partitions) {
        partition.committed.splice(Math.max(1, partition.committed.length - batches))
        await close(partition)
      }
    },
    async close() {
      for (const partition of partitions) await close(partition)
    },
  }
}
