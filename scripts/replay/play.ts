import { setTimeout as delay } from 'node:timers/promises'
import type { Token } from '../../shared/horizon.ts'
import { compareIds, type PostId, type UserId } from '../../shared/ids.ts'
import type { PageChecks } from './check-pages.ts'
import type { Commits } from './commits.ts'
import { Refused, type EdgeClient } from './edge-client.ts'
import { WATCH_DEADLINE_MS, WATCH_EVERY_MS, WATCH_ONE_IN, WATCHED_AT_ONCE } from './limits.ts'
import type { Measures, ReadKind } from './measure.ts'
import type { Action } from './schedule.ts'

export interface PlayDeps {
  readonly edge: EdgeClient
  readonly measures: Measures
  readonly checks: PageChecks
  readonly commits: Commits
  readonly userOf: (actor: string) => UserId | undefined
  /** Somebody who follows the author; nobody may. */
  readonly followerOf: (author: UserId) => Promise<UserId | undefined>
  readonly textOf: (at: number) => string
  readonly now: () => number
}

/** What an actor does: it reads a page and opens one of its posts, or it posts. */
export function player(deps: PlayDeps): (action: Action, dueAtMs: number) => Promise<void> {
  const { edge, measures, checks, commits, now } = deps
  const tokens = new Map<UserId, Token>()
  let watched = 0
  let posts = 0

  async function readFeed(viewer: UserId, dueAtMs: number): Promise<void> {
    const token = tokens.get(viewer)
    const { body: page, servedBy } = await edge.page(viewer, token)
    measures.read('feed', servedBy, now() - dueAtMs)
    measures.labelled(page.completeness)
    checks.check({ viewer, page, token })

    const item = page.items[page.items.length >> 1]
    if (item === undefined) return
    await timed('post', () => edge.openPost(viewer, item.post.id as PostId))
    await timed('user', () => edge.openUser(viewer, item.post.author.id as UserId))
  }

  async function timed(
    kind: ReadKind,
    open: () => Promise<{ readonly servedBy: string }>,
  ): Promise<void> {
    const startedAt = now()
    const { servedBy } = await open()
    measures.read(kind, servedBy, now() - startedAt)
  }

  async function post(author: UserId, dueAtMs: number): Promise<void> {
    posts += 1
    const text = deps.textOf(posts)
    const isWatched = posts % WATCH_ONE_IN === 0 && watched < WATCHED_AT_ONCE
    const follower = isWatched ? await deps.followerOf(author) : undefined
    // A follower whose timeline is warm, as it is of those who are about.
    if (follower !== undefined) await edge.page(follower)
    const startedAt = follower === undefined ? dueAtMs : now()
    const { body, token } = await edge.post(author, text)
    measures.posted(now() - startedAt)
    if (token !== undefined) tokens.set(author, token)
    if (follower === undefined) return
    watched += 1
    await watch(follower, body.id as PostId).finally(() => {
      watched -= 1
    })
  }

  /** Asks as an impatient follower does, without a token, until the post is there. */
  async function watch(follower: UserId, id: PostId): Promise<void> {
    const startedAt = now()
    while (now() - startedAt < WATCH_DEADLINE_MS) {
      const { body: page } = await edge.page(follower)
      measures.polls += 1
      checks.check({ viewer: follower, page, token: undefined })
      if (page.items.some((item) => item.post.id === id)) {
        const visibleMs = now() - startedAt
        await commits.upToNow()
        measures.saw(commits.deliveryOf(id) ?? 'push', visibleMs)
        return
      }
      const oldest = page.items.at(-1)?.post.id
      // Newer posts have pushed it off the first page: nobody can say when it came.
      if (page.nextCursor !== null && oldest !== undefined && compareIds(oldest, id) > 0) return
      await delay(WATCH_EVERY_MS)
    }
    measures.unseen += 1
  }

  return async (action, dueAtMs) => {
    const user = deps.userOf(action.actor)
    if (user === undefined) return
    try {
      if (action.kind === 'read') await readFeed(user, dueAtMs)
      else await post(user, dueAtMs)
    } catch (error) {
      measures.failed(`${action.kind}: ${error instanceof Refused ? error.message : String(error)}`)
    }
  }
}
