import type { Pool } from 'pg'
import { backoffMs } from '../../../shared/backoff.ts'
import {
  LOG_BEAT_MS,
  LOG_COMMIT_IDLE_MS,
  LOG_LEASE_MS,
  OUTBOX_POLL_MS,
} from '../../../shared/limits.ts'
import type { EventLog, PartitionConsumer } from '../../ports/event-log.ts'
import type { LogLeases } from '../../ports/log-leases.ts'
import type { Outbox, Position } from '../../ports/outbox.ts'
import type { Pace } from '../../ports/pace.ts'
import type { Signal } from '../../ports/signal.ts'
import { logLeases } from './log-leases.ts'
import { logNews } from './log-news.ts'
import { workPartition } from './log-partition.ts'

export interface EventLogDeps extends Omit<LeasedLogDeps, 'leases'> {
  readonly pool: Pool
  /** Names this process among those that share a group; never used twice. */
  readonly member: string
}

export interface LeasedLogDeps {
  /** Of one group, as this process takes part in it. */
  readonly leases: (group: string, leaseMs: number) => LogLeases
  readonly outbox: Pick<Outbox, 'read' | 'now' | 'positionOfTick'>
  readonly wakeups: Pick<Signal, 'listen'>
  readonly pace: Pace
  readonly onFailure: (error: unknown, where: { group: string; partition?: number }) => void
}

export interface EventLogOptions {
  readonly leaseMs?: number
  readonly beatMs?: number
  readonly pollMs?: number
  readonly commitIdleMs?: number
}

interface Held {
  readonly partition: number
  readonly stop: AbortController
  readonly ended: Promise<void>
}

export const postgresEventLog = (
  { pool, member, ...deps }: EventLogDeps,
  options: EventLogOptions = {},
): EventLog =>
  leasedLog(
    {
      ...deps,
      leases: (group, leaseMs) => logLeases(pool, { group, member, leaseMs }),
    },
    options,
  )

/** The outbox as the log: its partitions are leased to processes, its positions are snapshots. */
export function leasedLog(deps: LeasedLogDeps, options: EventLogOptions = {}): EventLog {
  const { outbox, wakeups, pace, onFailure } = deps
  const {
    leaseMs = LOG_LEASE_MS,
    beatMs = LOG_BEAT_MS,
    pollMs = OUTBOX_POLL_MS,
    commitIdleMs = LOG_COMMIT_IDLE_MS,
  } = options

  async function consume(
    group: string,
    make: (partition: number) => PartitionConsumer,
    signal: AbortSignal,
  ): Promise<void> {
    const leases = deps.leases(group, leaseMs)
    const news = logNews({ outbox, wakeups, pace, pollMs })
    const held = new Map<number, Held>()
    let heldUntil = 0

    function start(partition: number): void {
      const bell = news.bells[partition]
      if (bell === undefined) throw new TypeError(`no partition ${partition}`)
      const stop = new AbortController()
      const partitionDeps = {
        outbox,
        leases,
        pace,
        commitIdleMs,
        isHeld: () => pace.now() < heldUntil,
        atHand: (position: Position) => news.take(partition, position),
        onFailure: (error: unknown) => onFailure(error, { group, partition }),
      }
      const ended = workPartition(partition, make, bell, partitionDeps, stop.signal)
      held.set(partition, { partition, stop, ended })
    }

    const leaving = new Set<Held>()

    /** Lets the consumer finish what it has in hand. Others take the partition when that is done, or its lease over. */
    async function letGo(each: Held): Promise<void> {
      if (leaving.has(each)) return
      leaving.add(each)
      const { partition } = each
      each.stop.abort()
      await each.ended
      await leases
        .release([partition])
        .catch((error: unknown) => onFailure(error, { group, partition }))
      held.delete(partition)
      leaving.delete(each)
    }

    /** Keeps what is ours, lets go what is not, gives what is too much, takes what is free. */
    async function beat(): Promise<void> {
      const sentAt = pace.now()
      const { held: ours, share } = await leases.beat([...held.keys()])
      heldUntil = sentAt + leaseMs
      const staying = [...held.values()].filter(({ partition }) => ours.includes(partition))
      const lost = [...held.values()].filter(({ partition }) => !ours.includes(partition))
      // Not awaited: a consumer that hangs must not cost this process its other partitions.
      for (const each of [...lost, ...staying.slice(share)]) void letGo(each)
      if (held.size >= share) return
      for (const taken of await leases.take(share - held.size)) {
        // Free again before its last life here has ended: two at once would be two owners.
        if (held.has(taken)) await leases.release([taken])
        else start(taken)
      }
    }

    async function keepBeating(): Promise<void> {
      let failures = 0
      let isRegistered = false
      while (!signal.aborted) {
        try {
          if (!isRegistered) await leases.register()
          isRegistered = true
          await beat()
          failures = 0
          await pace.sleep(beatMs, signal)
        } catch (error) {
          onFailure(error, { group })
          await pace.sleep(backoffMs((failures += 1), pace.random), signal)
        }
      }
    }

    await Promise.all([news.run(signal), keepBeating()])
    // So that another process need not wait for leases to end.
    await Promise.all([...held.values()].map(letGo))
    await leases.leave().catch((error: unknown) => onFailure(error, { group }))
  }

  return { consume }
}
