import type { Event } from '../../shared/events/event.ts'
import { tags, type Tag } from '../../shared/invalidation.ts'

export interface HeardVersion {
  readonly tag: Tag
  readonly version: number
}

/** The versions that an event tells of: what is lower must not be served any more. */
export function heardIn(event: Event): readonly HeardVersion[] {
  switch (event.type) {
    case 'post.created':
      return []
    case 'post.edited':
    case 'post.deleted':
      return [{ tag: tags.post(event.post), version: event.version }]
    case 'user.changed':
      return [{ tag: tags.user(event.user), version: event.version }]
    case 'relation.changed':
      return event.viewers.map(({ viewer, version }) => ({ tag: tags.viewer(viewer), version }))
    default:
      return unknownEvent(event)
  }
}

/** Of a newer version of us, while both run: its consumers are newer too. */
const unknownEvent = (_event: never): readonly HeardVersion[] => []
