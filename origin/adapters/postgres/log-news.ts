import { bell, rungOrAfter, type Bell } from '../../../shared/bell.ts'
import { LOG_PARTITIONS } from '../../../shared/keys.ts'
import { LOG_BATCH_EVERY_MS } from '../../../shared/limits.ts'
import type { Outbox, OutboxRead, Position } from '../../ports/outbox.ts'
import type { Pace } from '../../ports/pace.ts'
import type { Signal } from '../../ports/signal.ts'
import { partitionSteps } from './partition-steps.ts'

export interface LogNews {
  /** Rings when the partition may have an event or a tick that was not there before. */
  readonly bells: readonly Bell[]
  /** What the partition has after the position, where that is at hand; `undefined`: it has to be read. */
  take(partition: number, position: Position): OutboxRead | undefined
  run(signal: AbortSignal): Promise<void>
}

export interface LogNewsDeps {
  readonly outbox: Pick<Outbox, 'read' | 'now'>
  readonly wakeups: Pick<Signal, 'listen'>
  readonly pace: Pace
  readonly pollMs: number
}

/**
 * One read for all partitions of a process: without it each of them would ask by itself, twenty times a
 * second, to be told almost always that there is nothing but a tick. Those that are behind read by themselves.
 */
export function logNews({ outbox, wakeups, pace, pollMs }: LogNewsDeps): LogNews {
  const bells = Array.from({ length: LOG_PARTITIONS }, bell)
  const steps = partitionSteps()
  const ringAll = () => {
    for (const each of bells) each.ring()
  }
  let seen: Position | undefined
  let lastTick: number | undefined

  /** Answers whether something came. */
  async function look(): Promise<boolean> {
    const from = (seen ??= await beginning())
    const read = await outbox.read(from)
    if (read.more || read.position.horizon.epoch !== from.horizon.epoch) {
      // A backlog is for its partitions, and another epoch begins with one.
      seen = undefined
      return true
    }
    seen = read.position
    steps.add(from.horizon, read)
    if (read.tick?.n !== lastTick) ringAll()
    else for (const { partition } of read.events) bells[partition]?.ring()
    lastTick = read.tick?.n
    return read.events.length > 0
  }

  async function beginning(): Promise<Position> {
    steps.clear()
    const now = await outbox.now()
    // What this position has, and nobody was told of.
    ringAll()
    return now
  }

  return {
    bells,
    take: (partition, position) => steps.take(partition, position),
    async run(signal) {
      const woken = bell()
      const stopListening = wakeups.listen(woken.ring)
      while (!signal.aborted) {
        const rings = woken.rings()
        const begunAt = pace.now()
        // One that fails wakes everyone: each meets the outage by itself, where it is reported and paced.
        const isNews = await look().catch(ringAll)
        await rungOrAfter({ bell: woken, rings, ms: pollMs }, pace.sleep, signal)
        // What comes alone is handed on at once; what comes without end, in batches.
        const waitMs = begunAt + LOG_BATCH_EVERY_MS - pace.now()
        if (isNews === true && waitMs > 0) await pace.sleep(waitMs, signal)
      }
      stopListening()
    },
  }
}
