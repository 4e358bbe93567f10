import type { LogEvent } from '../../shared/events/event.ts'
import { tags, type Invalidation } from '../../shared/invalidation.ts'

/** Only what must be gone everywhere within two seconds. Profiles may take a minute. */
export function invalidationsOf({ event, xid }: LogEvent): readonly Invalidation[] {
  switch (event.type) {
    case 'post.edited':
    case 'post.deleted':
      return [{ tag: tags.post(event.post), version: event.version, xid }]
    case 'relation.changed':
      return event.viewers.map(({ viewer, version }) => ({
        tag: tags.viewer(viewer),
        version,
        xid,
      }))
    default:
      return []
  }
}
