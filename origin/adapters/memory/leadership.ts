import { AppError } from '../../../shared/errors.ts'
import type { Tick } from '../../../shared/events/tick.ts'
import { covers } from '../../../shared/horizon.ts'
import { OUTBOX_KEEP_MS } from '../../../shared/limits.ts'
import type { Leadership, LeaderSession } from '../../ports/leadership.ts'
import type { MemoryDatabase } from './database.ts'

/** Terms of a later epoch are higher, although its sequence may begin lower. */
const TERMS_PER_EPOCH = 1_000_000_000

export interface LeadershipDeps {
  /** How a process that dies, or that the server gives up, loses its session. */
  readonly onOpen?: (drop: () => void) => void
}

/** The lock belongs to one session, and ends with it. */
export function memoryLeadership(
  database: MemoryDatabase,
  { onOpen }: LeadershipDeps = {},
): Leadership {
  return {
    async tryLead() {
      if (database.leader !== undefined) return undefined
      const session = Symbol('leader')
      database.leader = session
      const lost = new AbortController()
      const drop = () => {
        if (database.leader === session) database.leader = undefined
        lost.abort()
      }
      onOpen?.(drop)
      return sessionOf(database, session, lost.signal, drop)
    },
  }
}

function sessionOf(
  database: MemoryDatabase,
  session: symbol,
  lost: AbortSignal,
  drop: () => void,
): LeaderSession {
  const { clock, sequences, ticks } = database
  sequences.term += 1
  let lastTick = ticks.at(-1)?.n ?? 0
  const mustLead = () => {
    if (database.leader !== session) throw new AppError('STORE_UNAVAILABLE', 'the session is gone')
  }

  return {
    term: database.epoch * TERMS_PER_EPOCH + sequences.term,
    epoch: database.epoch,
    lost,
    async tick() {
      mustLead()
      const tick: Tick = { n: lastTick + 1, atMs: clock.floorMs(), horizon: database.horizon() }
      database.spendXid()
      ticks.push(tick)
      lastTick = tick.n
      return tick
    },
    async reserveNumbers(count, above) {
      mustLead()
      const first = Math.max(sequences.invalidation, above + 1)
      sequences.invalidation = first + count
      return first
    },
    async keepPartitions() {
      mustLead()
      return { made: 0, dropped: forgetOldEvents(database) }
    },
    async [Symbol.asyncDispose]() {
      drop()
    },
  }
}

/** What every group is past and is a day old goes, and the ticks of that time with it. */
function forgetOldEvents(database: MemoryDatabase): number {
  const { events, positions, ticks } = database
  const beforeMs = database.clock.floorMs() - OUTBOX_KEEP_MS
  const until = ticks.findLastIndex(({ atMs }) => atMs < beforeMs)
  const oldest = ticks[until]
  if (oldest === undefined) return 0
  const isPast = [...positions.values()]
    .flat()
    .every(({ horizon }) => covers(horizon, oldest.horizon))
  if (!isPast) return 0
  const kept = events.filter(({ atMs }) => atMs >= beforeMs)
  const dropped = events.length - kept.length
  events.splice(0, events.length, ...kept)
  ticks.splice(0, until)
  return dropped
}
