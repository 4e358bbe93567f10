import { backoffMs } from '../../shared/backoff.ts'
import type { LogEvent } from '../../shared/events/event.ts'
import { EVENT_ATTEMPTS_MAX } from '../../shared/limits.ts'
import type { DeadLetters } from '../ports/dead-letters.ts'
import type { EventLog } from '../ports/event-log.ts'
import type { Pace } from '../ports/pace.ts'
import { failureOf, handleEvent, type EventHandler } from './handle-event.ts'

export interface ConsumeEventsDeps {
  readonly log: EventLog
  readonly deadLetters: Pick<DeadLetters, 'bury'>
  readonly pace: Pace
  /** An event went to the dead letters. */
  readonly onBuried: (group: string, event: LogEvent, error: unknown) => void
}

/**
 * The loop of a group that works event by event: at least once, in order per key. An event is tried a
 * bounded number of times and then buried, so that it does not hold up those behind it. What fails since
 * a store is down is never buried: it would take every event of the outage with it. The partition stops
 * there, uncommitted, and the event comes back.
 */
export async function consumeEvents(
  group: string,
  handle: EventHandler,
  deps: ConsumeEventsDeps,
  signal: AbortSignal,
): Promise<void> {
  await deps.log.consume(
    group,
    () => ({
      open: async () => ({}),
      async handle({ partition, events, commit }) {
        for (const event of events) {
          // The rest comes again, to the next owner.
          if (signal.aborted) return
          await handleOrBury(group, partition, event, handle, deps, signal)
        }
        await commit()
      },
      close: async () => undefined,
    }),
    signal,
  )
}

async function handleOrBury(
  group: string,
  partition: number,
  event: LogEvent,
  handle: EventHandler,
  { deadLetters, pace, onBuried }: ConsumeEventsDeps,
  signal: AbortSignal,
): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await handleEvent(handle, event)
    } catch (error) {
      const failure = failureOf(error)
      const isLast = attempts >= EVENT_ATTEMPTS_MAX || signal.aborted
      if (failure === 'poison' || (failure === 'unknown' && isLast && !signal.aborted)) {
        await deadLetters.bury({ group, partition, event, error: wordsOf(error), attempts })
        onBuried(group, event, error)
        return
      }
      if (isLast) throw error
      await pace.sleep(backoffMs(attempts - 1, pace.random), signal)
    }
  }
}

const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)
