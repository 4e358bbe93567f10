import { bell, rungOrAfter, type Bell } from '../../shared/bell.ts'
import {
  CLOCK_SKEW_MS_MAX,
  GROUP_LAGS_EVERY_MS,
  LEADER_CHORES_MS,
  LOG_BATCH_EVERY_MS,
  LOG_LAG_ALARM_MS,
  OUTBOX_POLL_MS,
  TICK_EVERY_MS,
} from '../../shared/limits.ts'
import type { GroupLag, GroupLags } from '../ports/group-lags.ts'
import type { InvalidationRegion } from '../ports/invalidation-region.ts'
import type { LeaderSession } from '../ports/leadership.ts'
import type { Outbox, OutboxRead } from '../ports/outbox.ts'
import type { Pace } from '../ports/pace.ts'
import type { Signal } from '../ports/signal.ts'
import type { Tail } from '../ports/tail.ts'
import { clockReading, skewMs, type ClockReading } from './clock.ts'
import { numberStep } from './number-step.ts'
import { pulledSets } from './pulled-sets.ts'
import { regionKeeper, type RegionKeeper } from './region-keeper.ts'
import { together } from './together.ts'

export interface LeadDeps {
  readonly outbox: Pick<Outbox, 'read' | 'now'>
  readonly regions: readonly InvalidationRegion[]
  /** This process's own: it has the pulled set, as of its horizon. */
  readonly tail: Pick<Tail, 'ready' | 'horizon' | 'pulledSet'>
  readonly lags: GroupLags
  /** Takes the outbox to the log, where that is another one. Recovers from outages by itself. */
  readonly publish?: ((signal: AbortSignal) => Promise<void>) | undefined
  readonly wakeups: Pick<Signal, 'listen'>
  readonly pace: Pace
  readonly watch: LeadWatch
}

/** What operators see of leading. */
export interface LeadWatch {
  readonly regionFailed: (error: unknown, region: string) => void
  readonly groupLags: (lags: readonly GroupLag[]) => void
  /** A group has not moved for a day: its partitions of the outbox cannot go. */
  readonly groupIsLate: (lag: GroupLag) => void
  /** Clocks of a region and of Postgres are further apart than the lease allows for. */
  readonly clocksDiffer: (region: string, ms: number) => void
  readonly choresFailed: (error: unknown) => void
  readonly partitionsKept: (kept: { readonly made: number; readonly dropped: number }) => void
}

/**
 * Read this to know what the leader does: it makes ticks, brings invalidations to every region, keeps
 * their leases, publishes the pulled set, and looks after partitions. It ends with its session, at once.
 *
 * It begins where the log is now, not where the leader before it was: each region begins with a gap, at
 * which readers drop what they hold, and nothing older concerns them any more.
 */
export async function lead(
  session: LeaderSession,
  deps: LeadDeps,
  signal: AbortSignal,
): Promise<void> {
  const woken = bell()
  const keepers = deps.regions.map((region) =>
    regionKeeper({
      region,
      term: session.term,
      pace: deps.pace,
      onWaiting: woken.ring,
      onFailure: deps.watch.regionFailed,
    }),
  )
  const clocks: Clocks = { postgres: undefined }
  const stopListening = deps.wakeups.listen(woken.ring)
  try {
    await together(
      [
        (ended) => makeTicks(session, deps.pace, woken, clocks, ended),
        (ended) => followOutbox(session, deps, keepers, woken, ended),
        (ended) => doChores(session, deps, keepers, clocks, ended),
        (ended) => measureLags(deps, ended),
        ...(deps.publish === undefined ? [] : [deps.publish]),
        ...keepers.map((keeper) => (ended: AbortSignal) => keeper.run(ended)),
      ],
      AbortSignal.any([signal, session.lost]),
    )
  } finally {
    stopListening()
  }
}

interface Clocks {
  postgres: ClockReading | undefined
}

async function makeTicks(
  session: LeaderSession,
  pace: Pace,
  woken: Bell,
  clocks: Clocks,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const sentAt = pace.now()
    const { atMs } = await session.tick()
    clocks.postgres = clockReading(sentAt, pace.now(), atMs)
    woken.ring()
    await pace.sleep(Math.max(0, TICK_EVERY_MS - (pace.now() - sentAt)), signal)
  }
}

/** What is visible, as steps for all regions. None of them is waited for. */
async function followOutbox(
  session: LeaderSession,
  { outbox, pace, tail }: LeadDeps,
  keepers: readonly RegionKeeper[],
  woken: Bell,
  signal: AbortSignal,
): Promise<void> {
  let position = await outbox.now()
  const nextPulledSet = pulledSets(tail)
  while (!signal.aborted) {
    const rings = woken.rings()
    const begunAt = pace.now()
    const read = await outbox.read(position)
    await numberStep(session, keepers, read, begunAt)
    publishPulledSet(read, nextPulledSet, keepers)
    position = read.position
    if (!read.more) {
      await rungOrAfter({ bell: woken, rings, ms: OUTBOX_POLL_MS }, pace.sleep, signal)
      // What comes alone is passed on at once; what comes without end, in batches.
      const waitMs = begunAt + LOG_BATCH_EVERY_MS - pace.now()
      if (read.events.length > 0 && waitMs > 0) await pace.sleep(waitMs, signal)
    }
  }
}

function publishPulledSet(
  { tick }: OutboxRead,
  next: ReturnType<typeof pulledSets>,
  keepers: readonly RegionKeeper[],
): void {
  const set = tick === undefined ? undefined : next(tick)
  if (set === undefined) return
  for (const keeper of keepers) keeper.publish(set)
}

/** More often than anything is done about them: whoever watches wants to see a group fall behind. */
async function measureLags({ lags, pace, watch }: LeadDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      watch.groupLags(await lags.read())
    } catch (error) {
      watch.choresFailed(error)
    }
    await pace.sleep(GROUP_LAGS_EVERY_MS, signal)
  }
}

async function doChores(
  session: LeaderSession,
  { lags, pace, watch }: LeadDeps,
  keepers: readonly RegionKeeper[],
  clocks: Clocks,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      watch.partitionsKept(await session.keepPartitions())
      for (const lag of await lags.read()) if (lag.lagMs > LOG_LAG_ALARM_MS) watch.groupIsLate(lag)
    } catch (error) {
      // Two partitions are made ahead: there are hours until this must have worked.
      watch.choresFailed(error)
    }
    for (const keeper of keepers) {
      const [region, postgres] = [keeper.clock(), clocks.postgres]
      const apartMs = region && postgres ? skewMs(region, postgres) : 0
      if (apartMs > CLOCK_SKEW_MS_MAX) watch.clocksDiffer(keeper.name, apartMs)
    }
    await pace.sleep(LEADER_CHORES_MS, signal)
  }
}
