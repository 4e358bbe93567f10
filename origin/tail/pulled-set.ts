import type { LogEvent } from '../../shared/events/event.ts'
import { idTimeMs, type PostId, type UserId } from '../../shared/ids.ts'
import { PULLED_SET_LIFE_MS } from '../../shared/limits.ts'

export interface PulledAuthors {
  /** As Postgres has them: each author's newest pull post. */
  load(authors: ReadonlyMap<UserId, PostId>): void
  add(events: readonly LogEvent[]): void
  /** Lets go whose newest pull post is too old for any list to lack it. */
  expire(nowMs: number): void
  readonly set: ReadonlySet<UserId>
}

/** Nobody minds an author that stays a minute longer; a look at each of them with every read is minded. */
const EXPIRE_EVERY_MS = 60_000

/**
 * The authors whom timelines may lack. Kept too long they cost a look; let go too early, a post is missed:
 * so a post counts from when it was minted or published, whichever is later.
 */
export function pulledAuthors(): PulledAuthors {
  const newestMs = new Map<UserId, number>()
  const set = new Set<UserId>()
  let expiredAtMs = 0

  function keep(author: UserId, atMs: number): void {
    newestMs.set(author, Math.max(newestMs.get(author) ?? 0, atMs))
    set.add(author)
  }

  return {
    load(authors) {
      for (const [author, post] of authors) keep(author, idTimeMs(post))
    },
    add(events) {
      for (const { event, atMs } of events) {
        if (event.type !== 'post.created' || event.delivery !== 'pull') continue
        keep(event.author, Math.max(idTimeMs(event.post), atMs))
      }
    },
    expire(nowMs) {
      if (nowMs - expiredAtMs < EXPIRE_EVERY_MS) return
      expiredAtMs = nowMs
      for (const [author, atMs] of newestMs) {
        if (atMs >= nowMs - PULLED_SET_LIFE_MS) continue
        newestMs.delete(author)
        set.delete(author)
      }
    },
    set,
  }
}
