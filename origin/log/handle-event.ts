import { AppError } from '../../shared/errors.ts'
import { Event, type LogEvent } from '../../shared/events/event.ts'

/** What a group does with an event. Doing it twice is the same as once. */
export type EventHandler = (event: LogEvent) => Promise<void>

export type Failure =
  /** The event will never work. */
  | 'poison'
  /** The world is down: every event would fail now, so none of them is to blame. */
  | 'outage'
  /** Perhaps next time. */
  | 'unknown'

export function failureOf(error: unknown): Failure {
  if (!(error instanceof AppError)) return 'unknown'
  return error.spec.retry ? 'outage' : 'poison'
}

/** An event of another version of us, or of nobody, is poison before a handler meets it. */
export async function handleEvent(handle: EventHandler, logEvent: LogEvent): Promise<void> {
  const event = Event.safeParse(logEvent.event)
  if (!event.success) {
    throw new AppError('EVENT_MALFORMED', `event ${logEvent.id}`, { cause: event.error })
  }
  await handle({ ...logEvent, event: event.data })
}
