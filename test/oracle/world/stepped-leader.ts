import { setImmediate as turn } from 'node:timers/promises'
import type pg from 'pg'
import { LOCKS } from '../../../drizzle/locks.ts'
import { postgresLeadership } from '../../../origin/adapters/postgres/leader.ts'
import { redisInvalidationRegion } from '../../../origin/adapters/redis/invalidation-region.ts'
import type { InvalidationRegion } from '../../../origin/ports/invalidation-region.ts'
import type { LeaderSession } from '../../../origin/ports/leadership.ts'
import type { Outbox } from '../../../origin/ports/outbox.ts'
import type { Pace } from '../../../origin/ports/pace.ts'
import type { Tail } from '../../../origin/ports/tail.ts'
import { lead } from '../../../origin/relay/lead.ts'
import { LEASE_LIFE_MS } from '../../../shared/limits.ts'
import { LEASE_SLACK_MS, type VirtualRedis } from './virtual-redis.ts'

/** The leader of the world: its loops sleep by the world’s time, and run when the test says so. */
export interface SteppedLeader {
  /** Does what is due by now. */
  step(): Promise<void>
  /** Somebody signals that there is something new in the outbox. */
  ring(): Promise<void>
  stop(): Promise<void>
}

export interface SteppedLeaderDeps {
  readonly pool: pg.Pool
  readonly outbox: Outbox
  readonly node: VirtualRedis
  /** Of the process that leads. */
  readonly tail: Pick<Tail, 'ready' | 'horizon' | 'pulledSet'>
  readonly now: () => number
  readonly onFailure: (error: unknown) => void
}

/** Ticks, the outbox, chores, lags, and one region. */
const LOOPS = 5
/** No step takes so long; a leader with another number of loops would never be seen asleep. */
const ASLEEP_DEADLINE_MS = 60_000

export async function steppedLeader(deps: SteppedLeaderDeps): Promise<SteppedLeader> {
  const { pool, outbox, node, tail, now, onFailure } = deps
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>()
  const pace: Pace = {
    now,
    random: () => 0.5,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const wake = () => {
          sleepers.delete(sleeper)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper = { untilMs: now() + ms, wake }
        signal.addEventListener('abort', wake)
        sleepers.add(sleeper)
      }),
  }
  const ending = new AbortController()
  let ringBell: () => void = () => undefined
  let failure: { readonly error: unknown } | undefined

  const office = await postgresLeadership(pool.options.connectionString ?? '', {
    lock: LOCKS.leader,
  }).tryLead()
  if (office === undefined) throw new Error('somebody else leads this database')
  const session: LeaderSession = {
    ...office,
    // None goes: the test's own consumers are in no register that would hold a partition back.
    async keepPartitions() {
      await pool.query('select ensure_outbox_partitions()')
      return { made: 0, dropped: 0 }
    },
  }
  const leading = lead(
    session,
    {
      outbox,
      tail,
      pace,
      regions: [withFreshTime(redisInvalidationRegion('here', node.redis))],
      lags: { read: () => Promise.resolve([]) },
      wakeups: {
        listen(wake) {
          ringBell = wake
          return () => undefined
        },
      },
      watch: {
        regionFailed: onFailure,
        choresFailed: onFailure,
        groupLags: () => undefined,
        groupIsLate: () => undefined,
        // The clock of Redis is not the world’s.
        clocksDiffer: () => undefined,
        partitionsKept: () => undefined,
      },
    },
    ending.signal,
  ).catch((error: unknown) => {
    failure = { error }
  })

  /** All loops sleep, and go on sleeping: none was woken by another. */
  async function allAsleep(): Promise<void> {
    const endsAt = performance.now() + ASLEEP_DEADLINE_MS
    for (let quietTurns = 0; quietTurns < 2;) {
      await turn()
      if (performance.now() > endsAt) {
        throw new Error(`${sleepers.size} of ${LOOPS} loops of the leader sleep`)
      }
      if (failure !== undefined) throw failure.error
      quietTurns = sleepers.size === LOOPS ? quietTurns + 1 : 0
    }
  }
  try {
    await allAsleep()
  } catch (error) {
    await session[Symbol.asyncDispose]()
    throw error
  }

  return {
    async step() {
      for (const { untilMs, wake } of sleepers) if (untilMs <= now()) wake()
      await allAsleep()
    },
    async ring() {
      ringBell()
      await allAsleep()
    },
    async stop() {
      ending.abort()
      await leading
      await session[Symbol.asyncDispose]()
    },
  }
}

/**
 * A keeper asks its region ten times a second, so what it knows of that clock is fresh. Here hours may pass
 * between two of its rounds, or a slow machine may take its time, and no lease would ever be in time.
 */
const withFreshTime = (region: InvalidationRegion): InvalidationRegion => ({
  ...region,
  async renew(lease) {
    const { timeMs } = await region.look(lease.term)
    return region.renew(lease, timeMs + LEASE_SLACK_MS + LEASE_LIFE_MS)
  },
})
