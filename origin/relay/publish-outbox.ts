import { backoffMs } from '../../shared/backoff.ts'
import { bell, rungOrAfter, type Bell } from '../../shared/bell.ts'
import { LOG_COMMIT_IDLE_MS, OUTBOX_POLL_MS } from '../../shared/limits.ts'
import type { LogPublisher, Publications } from '../ports/log-publisher.ts'
import type { Outbox } from '../ports/outbox.ts'
import type { Pace } from '../ports/pace.ts'
import type { Signal } from '../ports/signal.ts'

export interface PublishDeps {
  readonly outbox: Pick<Outbox, 'read'>
  readonly publisher: LogPublisher
  readonly publications: Publications
  readonly wakeups: Pick<Signal, 'listen'>
  readonly pace: Pace
  readonly onFailure: (error: unknown) => void
}

/**
 * Takes the outbox to a log that is not the outbox itself, while this process leads. A log that is down
 * costs the leader nothing else: ticks, invalidations and leases go on.
 */
export async function publishOutbox(deps: PublishDeps, signal: AbortSignal): Promise<void> {
  const { wakeups, pace, onFailure } = deps
  const woken = bell()
  const stopListening = wakeups.listen(woken.ring)
  let failures = 0
  while (!signal.aborted) {
    try {
      await publishOn(deps, woken, signal, () => (failures = 0))
    } catch (error) {
      onFailure(error)
      await pace.sleep(backoffMs(failures, pace.random), signal)
      failures += 1
    }
  }
  stopListening()
}

/**
 * From the mark on. It moves after the publishing: whoever leads after a crash in between publishes that
 * again, in the same order, so the first of each event still comes in its place. Every read takes up where
 * the last one ended, so that when a tick is sent everything that its horizon shows was sent before.
 */
async function publishOn(
  { outbox, publisher, publications, pace }: PublishDeps,
  woken: Bell,
  signal: AbortSignal,
  succeeded: () => void,
): Promise<void> {
  let position = await publications.position()
  let sentTick: number | undefined
  let markedAt = pace.now()
  while (!signal.aborted) {
    const rings = woken.rings()
    const read = await outbox.read(position)
    const tick = read.tick?.n === sentTick ? undefined : read.tick
    if (read.events.length > 0 || tick !== undefined) await publisher.publish(read.events, tick)
    sentTick = read.tick?.n
    position = read.position
    // Ticks alone move the mark too, but nothing would be sent again without it: that is written rarely.
    if (read.events.length > 0 || pace.now() - markedAt >= LOG_COMMIT_IDLE_MS) {
      await publications.mark(position)
      markedAt = pace.now()
    }
    succeeded()
    if (!read.more)
      await rungOrAfter({ bell: woken, rings, ms: OUTBOX_POLL_MS }, pace.sleep, signal)
  }
}
