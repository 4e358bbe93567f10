import type { Pool } from 'pg'
import { bell, rungOrAfter, type Bell } from '../../../shared/bell.ts'
import { horizonBelow, horizonOfSnapshot, type Horizon } from '../../../shared/horizon.ts'
import { LOG_PARTITIONS } from '../../../shared/keys.ts'
import type { LogNewsLook } from '../../ports/log-leases.ts'
import type { Pace } from '../../ports/pace.ts'
import type { Signal } from '../../ports/signal.ts'
import { EPOCH } from './epoch.ts'
import { answered } from './failure.ts'

export interface LogNews {
  /** Rings when the partition may have an event or a tick that was not there before. */
  readonly bells: readonly Bell[]
  run(signal: AbortSignal): Promise<void>
}

export interface LogNewsDeps {
  readonly look: LogNewsLook
  readonly wakeups: Pick<Signal, 'listen'>
  readonly pace: Pace
  readonly pollMs: number
}

interface NewsRow {
  readonly epoch: number
  readonly snapshot: string
  readonly tick: string | null
  readonly partitions: number[] | null
  readonly events: string
}

/** Beyond so many it is cheaper to look everywhere than to count on. */
const EVENTS_LOOKED_AT_MAX = 500

const LOOK = `
  select ${EPOCH} as epoch, pg_current_snapshot()::text as snapshot,
    (select max(n) from ticks) as tick, news.*
  from (
    select array_agg(distinct partition::int) as partitions, count(*) as events from (
      (select partition from outbox where xid = any($1::xid8[]) order by xid limit ${EVENTS_LOOKED_AT_MAX})
      union all
      (select partition from outbox where xid >= $2::xid8 order by xid limit ${EVENTS_LOOKED_AT_MAX})
    ) unread
  ) news`

export const postgresLogNews =
  (pool: Pool): LogNewsLook =>
  async (seen) => {
    const { rows } = await answered(
      pool.query<NewsRow>({
        name: 'log-news',
        text: LOOK,
        values: [seen.xip.map(String), String(seen.xmax)],
      }),
    )
    const [row] = rows
    if (row === undefined) throw new TypeError('news without a row')
    return {
      horizon: horizonOfSnapshot(row.epoch, row.snapshot),
      tick: row.tick === null ? undefined : Number(row.tick),
      partitions: row.partitions ?? [],
      isFlood: Number(row.events) >= EVENTS_LOOKED_AT_MAX,
    }
  }

/**
 * One look for all partitions of a process: without it each of them would ask by itself, twenty times a
 * second, to be told almost always that there is nothing.
 */
export function logNews({ look, wakeups, pace, pollMs }: LogNewsDeps): LogNews {
  const bells = Array.from({ length: LOG_PARTITIONS }, bell)
  const ringAll = () => {
    for (const each of bells) each.ring()
  }

  let seen: Horizon = horizonBelow(0, 0)
  let lastTick: number | undefined

  async function lookAndRing(): Promise<void> {
    const { horizon, tick, partitions, isFlood } = await look(seen)
    const isEverywhere = horizon.epoch !== seen.epoch || tick !== lastTick || isFlood
    if (isEverywhere) ringAll()
    else for (const partition of partitions) bells[partition]?.ring()
    seen = horizon
    lastTick = tick
  }

  return {
    bells,
    async run(signal) {
      const woken = bell()
      const stopListening = wakeups.listen(woken.ring)
      while (!signal.aborted) {
        const rings = woken.rings()
        // A look that fails wakes everyone: each meets the outage by itself, where it is reported and paced.
        await lookAndRing().catch(ringAll)
        await rungOrAfter({ bell: woken, rings, ms: pollMs }, pace.sleep, signal)
      }
      stopListening()
    },
  }
}
