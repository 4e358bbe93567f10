import type { Event } from '../../shared/events/event.ts'
import type { UserId } from '../../shared/ids.ts'

/** Whose counts an event may have changed. A block ends follows. */
export function touchedUsers(event: Event): readonly UserId[] {
  switch (event.type) {
    case 'post.created':
    case 'post.deleted':
      return [event.author]
    case 'relation.changed':
      return event.kind === 'mute' ? [] : [event.from, event.to]
    default:
      return []
  }
}
