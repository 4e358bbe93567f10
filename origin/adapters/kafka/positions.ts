import type { Admin } from 'kafkajs'
import { AppError } from '../../../shared/errors.ts'
import type { Tick } from '../../../shared/events/tick.ts'
import type { TickTimes } from '../../ports/tick-times.ts'
import { answered } from './failure.ts'
import { tickTimestamp } from './log-entry.ts'
import { endsOf } from './topics.ts'

export interface PositionsDeps {
  readonly admin: Admin
  readonly topic: string
  readonly ticks: Pick<TickTimes, 'timeOf'>
  /** The log begins after what a group had still before it. */
  readonly onGone: (error: AppError) => void
}

/** Where the partitions of a group begin. */
export interface Positions {
  /** The committed offset, or the earlier one of a tick: sought by its time, for a broker knows no ticks. */
  startOf(groupId: string, partition: number, fromTick: number | undefined): Promise<bigint>
}

export function kafkaPositions({ admin, topic, ticks, onGone }: PositionsDeps): Positions {
  async function committed(groupId: string, partition: number): Promise<bigint | undefined> {
    const found = await answered(admin.fetchOffsets({ groupId, topics: [topic] }), 'offsets')
    const own = found[0]?.partitions.find((each) => each.partition === partition)
    // Minus one: the group has never committed here.
    return own === undefined || own.offset.startsWith('-') ? undefined : BigInt(own.offset)
  }

  async function earliest(partition: number): Promise<bigint> {
    const offsets = await endsOf(admin, topic)
    return BigInt(only(offsets, partition).low)
  }

  /** Of the first message at or after the time; without one, where the next will be. */
  async function ofTick(tick: number, partition: number): Promise<bigint | undefined> {
    const atMs = await ticks.timeOf(tick)
    if (atMs === undefined) return undefined
    const timestamp = Number(tickTimestamp(atMs))
    const offsets = await answered(
      admin.fetchTopicOffsetsByTimestamp(topic, timestamp),
      'the offset of a time',
    )
    return BigInt(only(offsets, partition).offset)
  }

  return {
    async startOf(groupId, partition, fromTick) {
      const [own, first] = await Promise.all([committed(groupId, partition), earliest(partition)])
      if (own !== undefined && own < first) {
        const words = `partition ${partition} begins at ${first}, ${groupId} is at ${own}`
        onGone(new AppError('STORE_UNAVAILABLE', `kafka: ${words}`))
      }
      const start = own === undefined || own < first ? first : own
      if (fromTick === undefined) return start
      // A tick that the outbox no longer knows: everything that the log still holds.
      const sought = (await ofTick(fromTick, partition)) ?? first
      return sought < start ? sought : start
    },
  }
}

/** Beside an offset: how far that is in Postgres time, for whoever judges lag. */
export const committedText = (tick: Tick | undefined): string =>
  tick === undefined ? '' : `${tick.n}:${tick.atMs}`

export function committedTick(
  metadata: string | null,
): { readonly n: number; readonly atMs: number } | undefined {
  const match = /^(\d+):(\d+)$/.exec(metadata ?? '')
  return match === null ? undefined : { n: Number(match[1]), atMs: Number(match[2]) }
}

function only<Item extends { partition: number }>(items: readonly Item[], partition: number): Item {
  const item = items.find((each) => each.partition === partition)
  if (item !== undefined) return item
  throw new AppError('STORE_UNAVAILABLE', `kafka: nothing is known of partition ${partition}`)
}
