import { NO_INVALIDATION } from '../../shared/invalidation.ts'
import type { Tick } from '../../shared/events/tick.ts'
import { readableEvents } from '../log/readable-events.ts'
import type { LeaderSession } from '../ports/leadership.ts'
import type { OutboxRead, Position } from '../ports/outbox.ts'
import { invalidationsOf } from './invalidations-of.ts'
import type { RegionKeeper } from './region-keeper.ts'

/** One number to leave out, and one to begin with behind it. */
const RESTART_NUMBERS = 2

/**
 * Gives a read's invalidations their numbers and hands them to every region. Regions that begin again get
 * the second of two more numbers, which shows as a gap; the others get both, as entries that say nothing,
 * so that theirs stay dense.
 */
export async function numberStep(
  session: Pick<LeaderSession, 'reserveNumbers'>,
  keepers: readonly RegionKeeper[],
  read: OutboxRead,
  begunAt: number,
): Promise<void> {
  const restarting = keepers.filter((keeper) => keeper.waitsAbove() !== undefined)
  const above = Math.max(0, ...restarting.map((keeper) => keeper.waitsAbove() ?? 0))
  const invalidations = [
    ...readableEvents(read.events).flatMap(invalidationsOf),
    ...Array.from({ length: restarting.length > 0 ? RESTART_NUMBERS : 0 }, () => NO_INVALIDATION),
  ]
  const first =
    invalidations.length === 0 ? 0 : await session.reserveNumbers(invalidations.length, above)
  const entries = invalidations.map((entry, at) => ({ ...entry, number: first + at }))
  const last = entries.at(-1)?.number ?? 0
  const completeAt = read.more ? undefined : begunAt
  const tick = read.tick && { ...read.tick, madeAt: begunAt - ageMs(read.tick, read.position) }

  for (const keeper of keepers) {
    const isRestarting = restarting.includes(keeper)
    if (isRestarting) keeper.restart(last, read.position.horizon)
    keeper.take({ entries: isRestarting ? [] : entries, completeAt, tick })
  }
}

/** Both are times of Postgres; the position's was read later than the tick. */
const ageMs = (tick: Tick, { atMs }: Position): number => atMs - tick.atMs
