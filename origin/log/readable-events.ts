import { Event, type LogEvent } from '../../shared/events/event.ts'

/**
 * For those who follow the log without being able to bury anything: what no version of us wrote is passed
 * over, or one row would stop tail, leader and lease for ever. The groups bury it, which is where operators
 * see it. A newer version's additions to an event take nothing from what it says, so they do not count.
 */
export const readableEvents = (events: readonly LogEvent[]): readonly LogEvent[] =>
  events.filter(({ event }) => {
    const { success, error } = Event.safeParse(event)
    return success || error.issues.every(({ code }) => code === 'unrecognized_keys')
  })
