import { readFileSync } from 'node:fs'
import type pg from 'pg'
import type { FeedPage } from '../../shared/feed/page.ts'
import type { Token } from '../../shared/horizon.ts'
import { compareIds, type PostId, type UserId } from '../../shared/ids.ts'
import type { Commits } from './commits.ts'
import { faultsOf } from './judge.ts'
import {
  CHECKS_AT_ONCE,
  CHECKS_WAITING_MAX,
  FAULTS_SHOWN_MAX,
  ORACLE_SLACK_POSTS,
} from './limits.ts'

const ORACLE = readFileSync(new URL('oracle.sql', import.meta.url), 'utf8')

export interface PageToCheck {
  readonly viewer: UserId
  readonly page: FeedPage
  readonly token: Token | undefined
}

export interface PageChecks {
  /** To be called as soon as the answer has come. */
  check(page: PageToCheck): void
  /** When the last check has ended. */
  done(): Promise<void>
  readonly tally: { checked: number; wrong: number; unchecked: number }
  readonly faults: readonly string[]
}

/** Compares pages with the oracle, beside the replay and never in its way. */
export function pageChecks(
  pool: pg.Pool,
  commits: Commits,
  onFailure: (error: unknown) => void,
): PageChecks {
  const waiting: (() => Promise<void>)[] = []
  const faults: string[] = []
  const tally = { checked: 0, wrong: 0, unchecked: 0 }
  let running = 0
  let idle: (() => void) | undefined

  async function judge({ viewer, page, token }: PageToCheck, committed: ReadonlySet<string>) {
    const oracle = await oracleOf(pool, viewer, page)
    // What the oracle shows was committed by now: whether the page's horizon has it, the outbox says.
    await commits.upToNow()
    const found = faultsOf({
      page,
      token,
      oracle,
      xidOf: (post) => commits.xidOf(post),
      wasCommitted: (post) => committed.has(post),
    })
    tally.checked += 1
    if (found.length === 0) return
    tally.wrong += 1
    if (faults.length < FAULTS_SHOWN_MAX) faults.push(`viewer ${viewer}: ${found.join('; ')}`)
  }

  function pump(): void {
    while (running < CHECKS_AT_ONCE) {
      const next = waiting.shift()
      if (next === undefined) break
      running += 1
      void next()
        .catch(onFailure)
        .finally(() => {
          running -= 1
          pump()
        })
    }
    if (running === 0 && waiting.length === 0) idle?.()
  }

  return {
    tally,
    faults,
    check(seen) {
      if (waiting.length >= CHECKS_WAITING_MAX) {
        tally.unchecked += 1
        return
      }
      const ids = seen.page.items.map(({ post }) => post.id as PostId)
      // Asked now, not when its turn comes: a later snapshot would excuse what was shown too early.
      const committed = commits.upToNow().then(() => new Set(ids.filter((id) => commits.has(id))))
      // A failure is reported by the check that waits for it.
      committed.catch(() => undefined)
      waiting.push(async () => judge(seen, await committed))
      pump()
    },
    done: () =>
      running === 0 && waiting.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            idle = resolve
          }),
  }
}

/** The oracle's feed, from its newest post down to the end of the page. */
async function oracleOf(pool: pg.Pool, viewer: UserId, page: FeedPage): Promise<Set<string>> {
  const { oldest } = page.interval
  for (let limit = page.items.length + ORACLE_SLACK_POSTS; ; limit *= 8) {
    const { rows } = await pool.query<{ id: PostId }>({
      name: 'replay-oracle',
      text: ORACLE,
      values: [viewer, limit],
    })
    const ids = rows.map(({ id }) => id)
    const last = ids.at(-1)
    const reaches = oldest !== null && last !== undefined && compareIds(last, oldest) < 0
    if (ids.length < limit || reaches) return new Set(ids)
  }
}
