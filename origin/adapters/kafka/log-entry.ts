import type { Message } from 'kafkajs'
import { z } from 'zod'
import { AppError } from '../../../shared/errors.ts'
import type { Event, LogEvent } from '../../../shared/events/event.ts'
import type { Tick } from '../../../shared/events/tick.ts'
import { formatHorizon, parseHorizon } from '../../../shared/horizon.ts'
import { logPartitionOf } from '../../../shared/keys.ts'

/** What a partition holds: events, and between them ticks. */
export type LogEntry =
  | { readonly is: 'event'; readonly event: LogEvent }
  | { readonly is: 'tick'; readonly tick: Tick }

/** A message with its partition: ours, and not that of a partitioner, so that every log agrees on it. */
export type PlacedMessage = Message & { readonly partition: number }

const whole = z.number().int().nonnegative()
/** The event itself is checked where it is handled, so that one of another version of us can be buried. */
const Envelope = z.union([
  z.object({ event: z.object({ id: z.string(), xid: whole, atMs: whole, event: z.unknown() }) }),
  z.object({ tick: z.object({ n: whole, atMs: whole, horizon: z.string() }) }),
])

export const eventMessage = ({ id, xid, key, atMs, event }: LogEvent): PlacedMessage => ({
  partition: logPartitionOf(key),
  key,
  value: JSON.stringify({ event: { id, xid, atMs, event } }),
  timestamp: String(atMs),
})

export const tickMessage = (tick: Tick, partition: number): PlacedMessage => ({
  partition,
  value: JSON.stringify({ tick: { ...tick, horizon: formatHorizon(tick.horizon) } }),
  timestamp: tickTimestamp(tick.atMs),
})

/**
 * Where a tick is found by its time. Times are cut to milliseconds, and events of the tick's own one come
 * before it: one more than theirs.
 */
export const tickTimestamp = (atMs: number): string => String(atMs + 1)

export interface StoredMessage {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly offset: string
}

/** Throws `EVENT_MALFORMED` for what is not ours. */
export function entryOf({ key, value, offset }: StoredMessage): LogEntry {
  const parsed = Envelope.safeParse(jsonOf(value, offset))
  if (!parsed.success) throw malformed(offset, parsed.error)
  if ('event' in parsed.data) {
    const { event, ...stamp } = parsed.data.event
    if (key === null) throw malformed(offset, undefined)
    return { is: 'event', event: { ...stamp, key: key.toString(), event: event as Event } }
  }
  const { horizon: text, ...tick } = parsed.data.tick
  const horizon = parseHorizon(text)
  if (horizon === undefined) throw malformed(offset, undefined)
  return { is: 'tick', tick: { ...tick, horizon } }
}

function jsonOf(value: Buffer | null, offset: string): unknown {
  try {
    return JSON.parse(value?.toString() ?? '')
  } catch (error) {
    throw malformed(offset, error)
  }
}

const malformed = (offset: string, cause: unknown): AppError =>
  new AppError('EVENT_MALFORMED', `message at offset ${offset}`, { cause })
