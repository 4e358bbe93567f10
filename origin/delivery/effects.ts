import type { Event, LogEvent } from '../../shared/events/event.ts'
import { idTimeMs, type PostId, type UserId } from '../../shared/ids.ts'
import { IMPORT_AGE_MS } from '../../shared/limits.ts'

export interface NewPost {
  readonly post: PostId
  readonly author: UserId
  readonly delivery: 'push' | 'pull'
}

/** What a batch touches. Each row is read once, as it is now, however many events name it. */
export interface Effects {
  readonly created: readonly NewPost[]
  readonly posts: readonly PostId[]
  readonly users: readonly UserId[]
  readonly viewers: readonly UserId[]
}

export function effectsOf(events: readonly (LogEvent & { readonly event: Event })[]): Effects {
  const created = new Map<PostId, NewPost>()
  const posts = new Set<PostId>()
  const users = new Set<UserId>()
  const viewers = new Set<UserId>()
  for (const { event, atMs } of events) {
    switch (event.type) {
      case 'post.created':
        posts.add(event.post)
        if (!isImported(event.post, atMs)) created.set(event.post, event)
        break
      case 'post.edited':
      case 'post.deleted':
        posts.add(event.post)
        break
      case 'user.changed':
        users.add(event.user)
        break
      case 'relation.changed':
        for (const { viewer } of event.viewers) viewers.add(viewer)
        break
    }
  }
  return {
    created: [...created.values()],
    posts: [...posts],
    users: [...users],
    viewers: [...viewers],
  }
}

/** Its id names a time long before its event: pushes would fill lists with the past, and an import ends with a new generation. */
const isImported = (post: PostId, writtenAtMs: number): boolean =>
  writtenAtMs - idTimeMs(post) > IMPORT_AGE_MS
