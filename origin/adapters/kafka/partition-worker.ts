import type { KafkaMessage } from 'kafkajs'
import { backoffMs } from '../../../shared/backoff.ts'
import { AppError } from '../../../shared/errors.ts'
import type { LogEvent } from '../../../shared/events/event.ts'
import type { Tick } from '../../../shared/events/tick.ts'
import type { PartitionConsumer } from '../../ports/event-log.ts'
import type { Pace } from '../../ports/pace.ts'
import { entryOf } from './log-entry.ts'
import type { PartitionFeed } from './partition-feed.ts'
import { committedText } from './positions.ts'

/** A partition in the hands of one member of a group, until the group is shared anew. */
export interface Holding {
  readonly feed: PartitionFeed
  /** Everything below the offset is done. Rejects when somebody else may have the partition. */
  readonly commit: (offset: bigint, metadata: string) => Promise<void>
  /** By this process's own clock: an owner that was stopped for longer than its session hands out nothing. */
  readonly isHeld: () => boolean
}

export interface WorkDeps {
  readonly startOf: (partition: number, fromTick: number | undefined) => Promise<bigint>
  /** For what is not ours, so that it does not hold up what is. */
  readonly bury: (partition: number, message: KafkaMessage, error: unknown) => Promise<void>
  readonly pace: Pace
  readonly commitIdleMs: number
  readonly onFailure: (error: unknown) => void
}

/** One partition for as long as this process holds it: lives of consumers, with pauses after failures. */
export async function workPartition(
  partition: number,
  make: (partition: number) => PartitionConsumer,
  holding: Holding,
  deps: WorkDeps,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    const consumer = make(partition)
    try {
      await oneLife(partition, consumer, holding, deps, signal, () => (failures = 0))
    } catch (error) {
      deps.onFailure(error)
    }
    holding.feed.end()
    await consumer.close().catch(deps.onFailure)
    if (signal.aborted) return
    await deps.pace.sleep(backoffMs(failures, deps.pace.random), signal)
    failures += 1
  }
}

async function oneLife(
  partition: number,
  consumer: PartitionConsumer,
  { feed, commit, isHeld }: Holding,
  deps: WorkDeps,
  signal: AbortSignal,
  succeeded: () => void,
): Promise<void> {
  const { pace, commitIdleMs } = deps
  const { fromTick } = await consumer.open()
  feed.begin(await deps.startOf(partition, fromTick))
  let newest: Tick | undefined
  let uncommittedEvents = 0
  let writtenAt = pace.now()

  /** Ticks alone move a position too, but nothing would come again without it: that is written rarely. */
  async function commitTo(offset: bigint): Promise<void> {
    if (uncommittedEvents === 0 && pace.now() - writtenAt < commitIdleMs) return
    await commit(offset, committedText(newest))
    uncommittedEvents = 0
    writtenAt = pace.now()
  }

  for (;;) {
    const messages = await feed.next(signal)
    if (messages === undefined) return
    if (!isHeld()) throw lost(partition)
    const { events, tick } = await read(partition, messages, newest, deps)
    const end = BigInt(messages.at(-1)?.offset ?? -1) + 1n
    newest = tick ?? newest
    if (events.length === 0 && tick === undefined) continue
    uncommittedEvents += events.length
    await consumer.handle({ partition, events, tick, commit: () => commitTo(end) })
    succeeded()
  }
}

/** A leader that had been followed may still have sent: ticks that step back are no news, events are harmless. */
async function read(
  partition: number,
  messages: readonly KafkaMessage[],
  known: Tick | undefined,
  { bury }: WorkDeps,
): Promise<{ events: readonly LogEvent[]; tick: Tick | undefined }> {
  const events: LogEvent[] = []
  let tick: Tick | undefined
  for (const message of messages) {
    try {
      const entry = entryOf(message)
      if (entry.is === 'event') events.push(entry.event)
      else if (entry.tick.n > ((tick ?? known)?.n ?? -1)) tick = entry.tick
    } catch (error) {
      await bury(partition, message, error)
    }
  }
  return { events, tick }
}

export const lost = (partition: number): AppError =>
  new AppError('LOG_PARTITION_LOST', `partition ${partition} has another owner`)
