import { AppError } from '../../../shared/errors.ts'
import { backoffMs } from '../../../shared/backoff.ts'
import type { Bell } from '../../../shared/bell.ts'
import { covers, horizonBelow } from '../../../shared/horizon.ts'
import { LOG_BATCH_EVERY_MS } from '../../../shared/limits.ts'
import type { PartitionConsumer } from '../../ports/event-log.ts'
import type { LogLeases } from '../../ports/log-leases.ts'
import type { Outbox, OutboxRead, Position } from '../../ports/outbox.ts'
import type { Pace } from '../../ports/pace.ts'

export interface PartitionDeps {
  readonly outbox: Pick<Outbox, 'read' | 'positionOfTick'>
  readonly leases: Pick<LogLeases, 'position' | 'commit'>
  readonly pace: Pace
  readonly commitIdleMs: number
  /** By this process's own clock: an owner that was stopped for longer than its lease hands out nothing. */
  readonly isHeld: () => boolean
  /** What a read would answer, where that was read already; `undefined`: it was not. */
  readonly atHand?: (position: Position) => OutboxRead | undefined
  readonly onFailure: (error: unknown) => void
}

/** One partition for as long as this process holds it: lives of consumers, with pauses after failures. */
export async function workPartition(
  partition: number,
  make: (partition: number) => PartitionConsumer,
  news: Bell,
  deps: PartitionDeps,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    const consumer = make(partition)
    try {
      await oneLife(partition, consumer, news, deps, signal, () => (failures = 0))
    } catch (error) {
      deps.onFailure(error)
    }
    await consumer.close().catch(deps.onFailure)
    if (signal.aborted) return
    await deps.pace.sleep(backoffMs(failures, deps.pace.random), signal)
    failures += 1
  }
}

async function oneLife(
  partition: number,
  consumer: PartitionConsumer,
  news: Bell,
  deps: PartitionDeps,
  signal: AbortSignal,
  succeeded: () => void,
): Promise<void> {
  const { outbox, leases, pace, commitIdleMs, isHeld, atHand } = deps
  const { fromTick } = await consumer.open()
  const committed = await leases.position(partition)
  if (committed === undefined) throw lost(partition)
  let position = await startOf(committed, fromTick, outbox)
  let handedTick: number | undefined
  let eventsUncommitted = 0
  let writtenAt = pace.now()

  /** Ticks alone move a position too, but nothing would come again without it: that is written rarely. */
  async function commit(read: OutboxRead): Promise<void> {
    if (eventsUncommitted === 0 && pace.now() - writtenAt < commitIdleMs) return
    if (!(await leases.commit(partition, read.position))) throw lost(partition)
    eventsUncommitted = 0
    writtenAt = pace.now()
  }

  while (!signal.aborted) {
    const rings = news.rings()
    const begunAt = pace.now()
    const read = atHand?.(position) ?? (await outbox.read(position, partition))
    if (!isHeld()) throw lost(partition)
    if (read.events.length > 0 || read.tick?.n !== handedTick) {
      eventsUncommitted += read.events.length
      const { events, tick } = read
      await consumer.handle({ partition, events, tick, commit: () => commit(read) })
      handedTick = tick?.n
      succeeded()
    }
    position = read.position
    if (read.more) continue
    await news.after(rings, signal)
    // What comes alone is handed on at once; what comes without end, in batches.
    const waitMs = begunAt + LOG_BATCH_EVERY_MS - pace.now()
    if (read.events.length > 0 && waitMs > 0) await pace.sleep(waitMs, signal)
  }
}

/** The earlier of the two. A tick that the outbox no longer reaches: everything that it still holds. */
async function startOf(
  committed: Position,
  fromTick: number | undefined,
  outbox: Pick<Outbox, 'positionOfTick'>,
): Promise<Position> {
  if (fromTick === undefined) return committed
  const ofTick = await outbox.positionOfTick(fromTick)
  if (ofTick === undefined) {
    return { horizon: horizonBelow(committed.horizon.epoch, 0), atMs: 0 }
  }
  return covers(committed.horizon, ofTick.horizon) ? ofTick : committed
}

const lost = (partition: number): AppError =>
  new AppError('LOG_PARTITION_LOST', `partition ${partition} has another owner`)
