import { randomUUID } from 'node:crypto'
import type { Settings } from '../shared/admin/settings.ts'
import type { Now } from '../shared/time.ts'
import type { Stores } from './compose-stores.ts'
import { postgresBudget } from './delivery/postgres-budget.ts'
import { rebuildTimeline } from './delivery/rebuild-timeline.ts'
import { verifyTimeline } from './delivery/verify-timeline.ts'
import { warmer } from './delivery/warm.ts'
import { afterAnswer } from './feed/effects/after-answer.ts'
import { explain } from './feed/explain.ts'
import { homeFeed } from './feed/home-feed.ts'
import { keptLists } from './feed/query/kept-lists.ts'
import { keepCreated } from './feed/query/keep-created.ts'
import { keptFragments } from './feed/query/kept-fragments.ts'
import { losses, watchedWaves } from './feed/query/losses.ts'
import { forgetHeard, viewerRecords } from './feed/query/viewer-records.ts'
import { readFeed } from './feed/read-feed.ts'
import { countedLookUps, countedWaves } from './observe/counted-reads.ts'
import type { Metrics } from './observe/metrics.ts'
import { readPost } from './read/read-post.ts'
import { readUser, readUsers } from './read/read-users.ts'
import { readUserPosts } from './read/read-user-posts.ts'
import { outboxTail } from './tail/tail.ts'

export interface ReadsDeps {
  readonly stores: Stores
  readonly settings: () => Settings
  readonly metrics: Metrics
  readonly now: Now
  readonly failed: (what: string, error: unknown) => void
}

/** The flows that answer readers, and the tail that they cover lag with. */
export function composeReads({ stores, settings, metrics, now, failed }: ReadsDeps) {
  const { truth, fills, lists, pace } = stores
  const seen = losses()
  const waves = countedWaves(watchedWaves(stores.waves, seen), (kind, hits, misses) =>
    metrics.cacheRead('redis', kind, hits, misses),
  )
  const tail = outboxTail({
    outbox: stores.outbox,
    truth: stores.deliveryTruth,
    wakeups: stores.signal,
    pace,
    onFailure: (error) => failed('tail', error),
  })
  const records = countedLookUps(viewerRecords({ tail, now, losses: seen }), (hits, misses) =>
    metrics.cacheRead('process', 'viewer-record', hits, misses),
  )
  tail.onHeard(forgetHeard(records))

  const budget = postgresBudget({ sleep: pace.sleep })
  const warm = warmer({ lists, truth, budget, postsMax: () => settings()['list.postsMax'] })
  const { later, settled } = afterAnswer({ failed: (error) => failed('after an answer', error) })
  const kept = keptFragments({
    tail,
    losses: seen,
    counted: (hits, misses) => metrics.cacheRead('process', 'post', hits, misses),
  })
  const deps = {
    waves,
    truth,
    budget,
    tail,
    records,
    fills,
    losses: seen,
    now,
    later,
    relations: stores.relations,
    warmer: warm,
    lists,
    settings,
    sessions: stores.sessions,
    newSessionId: () => randomUUID(),
    elapsedMs: () => performance.now(),
    keptLists: keptLists({ tail }),
    kept,
    counted: (hits: number, misses: number) => metrics.cacheRead('redis', 'post', hits, misses),
    observer: {
      ran: metrics.stageRan,
      dropped: metrics.postsDropped,
      failed: (stage: string, error: unknown) => failed(`stage ${stage}`, error),
    },
  }
  const withPipeline = { ...deps, pipeline: homeFeed(deps) }

  return {
    tail,
    settled,
    waitingForPostgres: budget.asked,
    keepCreated: keepCreated({ kept, tail }),
    feed: readFeed(withPipeline),
    post: readPost(deps),
    user: readUser(deps),
    users: readUsers(deps),
    userPosts: readUserPosts(deps),
    explain: explain(withPipeline),
    rebuildTimeline: rebuildTimeline({ lists, truth, warmer: warm }),
    verifyTimeline: verifyTimeline({ lists, truth, now, waves: stores.waves }),
  }
}
