import { keptLists } from '../../../origin/feed/query/kept-lists.ts'
import { randomUUID } from 'node:crypto'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresOutbox } from '../../../origin/adapters/postgres/outbox.ts'
import { postgresRelations } from '../../../origin/adapters/postgres/relations-among.ts'
import { oneNode } from '../../../origin/adapters/redis/connection.ts'
import { redisProjectionFills } from '../../../origin/adapters/redis/projection-fills.ts'
import { redisSessionStore } from '../../../origin/adapters/redis/session-store.ts'
import { redisWaves } from '../../../origin/adapters/redis/waves.ts'
import { postgresBudget } from '../../../origin/delivery/postgres-budget.ts'
import { warmer } from '../../../origin/delivery/warm.ts'
import { afterAnswer } from '../../../origin/feed/effects/after-answer.ts'
import { homeFeed } from '../../../origin/feed/home-feed.ts'
import { losses, watchedWaves } from '../../../origin/feed/query/losses.ts'
import { forgetHeard, viewerRecords } from '../../../origin/feed/query/viewer-records.ts'
import { readFeed, type FeedRequest } from '../../../origin/feed/read-feed.ts'
import { outboxTail } from '../../../origin/tail/tail.ts'
import { DEFAULT_SETTINGS } from '../../../shared/admin/settings.ts'
import { FeedPage } from '../../../shared/feed/page.ts'
import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { until } from '../../support/until.ts'
import { deliveryWorld } from '../delivery/delivery-world.ts'

export interface StoresWorldOptions {
  readonly listPostsMax: number
  readonly sessionPostsMax: number
}

/** One process of the origin that reads, beside delivery, on a Postgres and a Redis of their own. */
export async function storesWorld({ listPostsMax, sessionPostsMax }: StoresWorldOptions) {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await deliveryWorld({ postsMax: listPostsMax }))
  const { pool, redis, truth, lists } = world
  const now = Date.now
  const calls = { waves: 0, truth: 0 }
  const failures: unknown[] = []
  const ending = new AbortController()

  const tail = outboxTail({
    outbox: postgresOutbox(pool),
    truth,
    wakeups: { listen: () => () => undefined },
    pace: nodePace,
    onFailure: (error) => failures.push(error),
  })
  const following = tail.run(ending.signal)
  stack.defer(async () => {
    ending.abort()
    await following
  })
  await until(() => tail.ready())

  const nodes = oneNode(redis)
  const seen = losses()
  const inRedis = watchedWaves(redisWaves({ nodes }), seen)
  const budget = postgresBudget()
  const counted: Pick<typeof budget, 'run'> = {
    run(work) {
      calls.truth += 1
      return budget.run(work)
    },
  }
  const records = viewerRecords({ tail, now, losses: seen })
  tail.onHeard(forgetHeard(records))
  const work = afterAnswer({ failed: (error) => failures.push(error) })
  const shared = {
    tail,
    records,
    losses: seen,
    truth,
    lists,
    now,
    later: work.later,
    budget: counted,
    relations: postgresRelations(pool),
    fills: redisProjectionFills({ nodes, now }),
    warmer: warmer({ lists, truth, budget, postsMax: () => listPostsMax }),
    keptLists: keptLists({ tail }),
    waves: {
      send(...[request]: Parameters<typeof inRedis.send>) {
        calls.waves += 1
        return inRedis.send(request)
      },
    },
  }
  const read = readFeed({
    ...shared,
    pipeline: homeFeed(shared),
    sessions: redisSessionStore(nodes),
    newSessionId: randomUUID,
    settings: () => ({ ...DEFAULT_SETTINGS, 'session.postsMax': sessionPostsMax }),
    elapsedMs: () => performance.now(),
    observer: {
      ran: () => undefined,
      dropped: () => undefined,
      failed: (_, error) => failures.push(error),
    },
  })

  async function page(request: Partial<FeedRequest> & { readonly viewer: UserId }) {
    const answer = await read({ mode: 'latest', limit: 5, token: undefined, ...request })
    const body = FeedPage.parse(JSON.parse(new TextDecoder().decode(answer.body)))
    return { ...body, ids: body.items.map(({ post }) => post.id as PostId) }
  }

  const owned = stack.move()
  return {
    ...world,
    tail,
    records,
    calls,
    page,
    answered: () => work.settled(),
    /** All pages from the first to the end of time. */
    async walk(viewer: UserId, mode: 'latest' | 'ranked', limit: number, token?: Token) {
      const pages = [await page({ viewer, mode, limit, token })]
      for (;;) {
        const cursor = pages.at(-1)?.nextCursor ?? undefined
        if (cursor === undefined) return pages
        pages.push(await page({ viewer, mode, limit, cursor, token }))
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export type StoresWorld = Awaited<ReturnType<typeof storesWorld>>
