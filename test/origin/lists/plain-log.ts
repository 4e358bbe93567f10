import type { Outbox, Position } from '../../../origin/ports/outbox.ts'
import type { Horizon } from '../../../shared/horizon.ts'
import { ID_EPOCH_MS, type PostId } from '../../../shared/ids.ts'
import type { ListKey } from '../../../shared/keys.ts'
import type { Tick } from '../../../shared/events/tick.ts'

export interface Entry {
  readonly post: PostId
  readonly lists: readonly ListKey[]
}

/** The truth and the log of a run: one transaction an entry, whose xid is its place. */
export interface PlainLog {
  readonly entries: readonly Entry[]
  /** `late` puts its id behind that of so many posts before it. */
  publish(lists: readonly ListKey[], late: number): Entry
  /** Everything so far, as one snapshot. */
  horizon(): Horizon
  tick(): Tick
  /** How many entries the tick shows. */
  entriesAt(tick: number): number
  /** Ticks before the newest can no longer be found. */
  forget(): void
  readonly outbox: Pick<Outbox, 'now' | 'read' | 'positionOfTick'>
}

const FIRST_MS = Date.UTC(2026, 0, 1)

export function plainLog(): PlainLog {
  const entries: Entry[] = []
  const ticks: Tick[] = []
  let reach = 0

  const horizon = (): Horizon => {
    const xmax = entries.length + 1
    return { epoch: 1, xmin: xmax, xmax, xip: [] }
  }
  const positionAt = (at: Horizon): Position => ({ horizon: at, atMs: at.xmax })
  const find = (n: number) => ticks.find((tick) => tick.n === n)

  return {
    entries,
    publish(lists, late) {
      const place = entries.length + 1
      const milliseconds = BigInt(FIRST_MS - ID_EPOCH_MS + 1_000 * (place - late))
      const post = String((milliseconds << 22n) | BigInt(place)) as PostId
      const entry = { post, lists }
      entries.push(entry)
      return entry
    },
    horizon,
    tick() {
      const tick = { n: ticks.length + 1, horizon: horizon(), atMs: entries.length }
      ticks.push(tick)
      return tick
    },
    entriesAt: (n) => (find(n)?.horizon.xmax ?? 1) - 1,
    forget() {
      reach = ticks.length
    },
    outbox: {
      now: () => Promise.resolve(positionAt(horizon())),
      read: () =>
        Promise.resolve({
          events: [],
          position: positionAt(horizon()),
          tick: ticks.at(-1),
          more: false,
        }),
      positionOfTick(n) {
        const tick = n < reach ? undefined : find(n)
        return Promise.resolve(tick && positionAt(tick.horizon))
      },
    },
  }
}
