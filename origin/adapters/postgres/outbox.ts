import type { Pool } from 'pg'
import type { Event, LogEvent } from '../../../shared/events/event.ts'
import type { Tick } from '../../../shared/events/tick.ts'
import {
  covers,
  hasXid,
  type Horizon,
  horizonBelow,
  horizonOfSnapshot,
  parseHorizon,
} from '../../../shared/horizon.ts'
import { LOG_BATCH_EVENTS_MAX, OUTBOX_ASKS_MAX } from '../../../shared/limits.ts'
import type { Outbox, OutboxEvent, OutboxRead, Position } from '../../ports/outbox.ts'
import { answered } from './failure.ts'
import { gathered } from './gathered.ts'
import { cutOutbox } from './outbox-cut.ts'
import {
  NOW,
  POSITION_OF_TICK,
  POSITION_SINCE,
  READ_ALL,
  READ_PARTITION,
  TICKS_BEFORE,
} from './outbox-statements.ts'

type EventCells = [
  id: string,
  xid: string,
  key: string,
  atMs: number,
  event: Event,
  partition: number,
]

interface ReadRow {
  readonly epoch: number
  readonly snapshot: string
  /** Read after the snapshot was taken, and rounded up. */
  readonly at_ms: string
  readonly late: EventCells[] | null
  readonly fresh: EventCells[] | null
  readonly tick: TickCells | null
}

type TickCells = [n: number, horizon: string, atMs: number]

interface PositionRow {
  readonly epoch: number
  readonly horizon: string
  readonly at_ms: string
}

/** Of a step of a backlog: enough to go back behind a transaction that was open for a second. */
const TICKS_TRIED_MAX = 8

export interface OutboxOptions {
  /** Events of one read; a transaction is never split, so there may be more. */
  readonly batchMax?: number
}

export function postgresOutbox(
  pool: Pool,
  { batchMax = LOG_BATCH_EVENTS_MAX }: OutboxOptions = {},
): Outbox {
  const readTogether = gathered((positions: readonly Position[]) => {
    // Whoever is furthest behind has all that the others lack; as a rule they are all at the same place.
    const first = positions.find(({ horizon }) =>
      positions.every((other) => covers(other.horizon, horizon)),
    )
    return first === undefined
      ? Promise.all(positions.map((each) => readAfter(each)))
      : shared(first, positions)
  }, OUTBOX_ASKS_MAX)

  async function shared(
    first: Position,
    positions: readonly Position[],
  ): Promise<readonly OutboxRead[]> {
    const read = await readAfter(first)
    return Promise.all(
      positions.map(async ({ horizon, atMs }) => {
        if (covers(first.horizon, horizon)) return read
        // Of a backlog each reads its own part.
        if (read.more || !covers(read.position.horizon, horizon))
          return readAfter({ horizon, atMs })
        return { ...read, events: read.events.filter(({ xid }) => !hasXid(horizon, xid)) }
      }),
    )
  }

  async function readAfter(after: Position, partition?: number): Promise<OutboxRead> {
    const bounds = [after.horizon.xip.map(String), String(after.horizon.xmax), batchMax]
    const { rows } = await answered(
      pool.query<ReadRow>(
        partition === undefined
          ? { name: 'outbox-read-all', text: READ_ALL, values: bounds }
          : { name: 'outbox-read', text: READ_PARTITION, values: [...bounds, partition] },
      ),
    )
    const row = only(rows)
    if (row.epoch !== after.horizon.epoch) {
      return readAfter({ horizon: horizonBelow(row.epoch, 0), atMs: 0 }, partition)
    }
    const cut = cutOutbox(
      after.horizon,
      {
        late: (row.late ?? []).map(eventOf),
        fresh: (row.fresh ?? []).map(eventOf),
        horizon: horizonOfSnapshot(row.epoch, row.snapshot),
      },
      batchMax,
    )
    const position = { horizon: cut.horizon, atMs: Number(row.at_ms) }
    const tick = cut.more ? await tickWithin(cut.events, cut.horizon) : tickOf(row.tick, row.epoch)
    return { events: cut.events, position, tick, more: cut.more }
  }

  /** The newest tick that a step of a backlog has reached, so that a long one shows progress. */
  async function tickWithin(
    events: readonly LogEvent[],
    horizon: Horizon,
  ): Promise<Tick | undefined> {
    // Events have whole milliseconds; a tick of the same one is tried too.
    const lastAtMs = Math.max(...events.map(({ atMs }) => atMs)) + 1
    const { rows } = await answered(
      pool.query<{ tick: TickCells }>({
        name: 'outbox-ticks-before',
        text: TICKS_BEFORE,
        values: [lastAtMs, TICKS_TRIED_MAX],
      }),
    )
    return rows
      .map((row) => tickOf(row.tick, horizon.epoch))
      .find((tick) => tick !== undefined && covers(horizon, tick.horizon))
  }

  async function position(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Position | undefined> {
    const { rows } = await answered(pool.query<PositionRow>({ name, text, values: [...values] }))
    const row = rows[0]
    const horizon = row === undefined ? undefined : parseHorizon(row.horizon)
    if (row === undefined || horizon === undefined || horizon.epoch !== row.epoch) return undefined
    return { horizon, atMs: Number(row.at_ms) }
  }

  async function now(): Promise<Position> {
    const { rows } = await answered(pool.query<PositionRow>({ name: 'outbox-now', text: NOW }))
    const { epoch, horizon, at_ms } = only(rows)
    return { horizon: horizonOfSnapshot(epoch, horizon), atMs: Number(at_ms) }
  }

  return {
    read: (after, partition) =>
      partition === undefined ? readTogether(after) : readAfter(after, partition),
    now,
    positionOfTick: (n) => position('outbox-position-of-tick', POSITION_OF_TICK, [n]),
    since: async (agoMs) =>
      (await position('outbox-position-since', POSITION_SINCE, [agoMs])) ?? now(),
  }
}

const eventOf = ([id, xid, key, atMs, event, partition]: EventCells): OutboxEvent => ({
  id,
  xid: Number(xid),
  key,
  atMs,
  event,
  partition,
})

/** A tick of another epoch speaks of other transactions. */
function tickOf(cells: TickCells | null, epoch: number): Tick | undefined {
  const horizon = parseHorizon(cells?.[1] ?? '')
  if (cells === null || horizon === undefined || horizon.epoch !== epoch) return undefined
  return { n: Number(cells[0]), horizon, atMs: Number(cells[2]) }
}

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined) throw new TypeError('a statement that always answers a row answered none')
  return row
}
