import type { UserId } from '../../shared/ids.ts'
import { COUNTS_BATCH_MAX, COUNTS_EVERY_MS } from '../../shared/limits.ts'
import type { CountStore } from '../ports/count-store.ts'
import type { Pace } from '../ports/pace.ts'
import type { ProjectionFills } from '../ports/projection-fills.ts'

export interface Recounter {
  /** Resolves when each of them was counted after this call, and stored. */
  recount(users: ReadonlySet<UserId>): Promise<void>
}

export interface RecounterDeps {
  readonly counts: CountStore
  readonly fills: Pick<ProjectionFills, 'counts'>
  readonly pace: Pace
}

/** Rounds for all partitions of a process together, so that nobody is counted twice within a second. */
export function recounter({ counts, fills, pace }: RecounterDeps, signal: AbortSignal): Recounter {
  let next: { readonly users: Set<UserId>; readonly done: Promise<void> } | undefined
  let begunAt = Number.NEGATIVE_INFINITY
  let last: Promise<void> = Promise.resolve()

  async function round(users: ReadonlySet<UserId>): Promise<void> {
    // A round that failed is repeated by those who asked for it; the next one only waits for its end.
    await last.catch(() => undefined)
    await pace.sleep(Math.max(0, begunAt + COUNTS_EVERY_MS - pace.now()), signal)
    begunAt = pace.now()
    next = undefined
    const ids = [...users]
    for (let at = 0; at < ids.length; at += COUNTS_BATCH_MAX) {
      const counted = await counts.recount(ids.slice(at, at + COUNTS_BATCH_MAX))
      await fills.counts(
        new Map(
          [...counted].map(([user, { version, followers, following, posts }]) => [
            user,
            { version, json: JSON.stringify({ followers, following, posts }) },
          ]),
        ),
      )
    }
  }

  return {
    async recount(users) {
      if (users.size === 0) return
      if (next === undefined) {
        const waiting = new Set<UserId>()
        last = round(waiting)
        next = { users: waiting, done: last }
      }
      for (const user of users) next.users.add(user)
      await next.done
    },
  }
}
