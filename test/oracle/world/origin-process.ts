import type pg from 'pg'
import type { Settings } from '../../../shared/admin/settings.ts'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresTruth } from '../../../origin/adapters/postgres/truth.ts'
import { postgresRelations } from '../../../origin/adapters/postgres/relations-among.ts'
import { postgresWrites } from '../../../origin/adapters/postgres/writes.ts'
import { oneNode } from '../../../origin/adapters/redis/connection.ts'
import { redisListStore } from '../../../origin/adapters/redis/list-store.ts'
import { redisProjectionFills } from '../../../origin/adapters/redis/projection-fills.ts'
import { redisSessionStore } from '../../../origin/adapters/redis/session-store.ts'
import { redisWaves } from '../../../origin/adapters/redis/waves.ts'
import { postgresBudget } from '../../../origin/delivery/postgres-budget.ts'
import { warmer } from '../../../origin/delivery/warm.ts'
import { homeFeed } from '../../../origin/feed/home-feed.ts'
import { keepCreated } from '../../../origin/feed/query/keep-created.ts'
import { keptFragments } from '../../../origin/feed/query/kept-fragments.ts'
import { losses, watchedWaves } from '../../../origin/feed/query/losses.ts'
import { keptLists } from '../../../origin/feed/query/kept-lists.ts'
import { viewerRecords } from '../../../origin/feed/query/viewer-records.ts'
import { readFeed, type ReadFeed } from '../../../origin/feed/read-feed.ts'
import type { ListStore } from '../../../origin/ports/list-store.ts'
import type { Outbox } from '../../../origin/ports/outbox.ts'
import type { Truth } from '../../../origin/ports/truth.ts'
import { readPost } from '../../../origin/read/read-post.ts'
import { block } from '../../../origin/write/block.ts'
import { createPost } from '../../../origin/write/create-post.ts'
import { deletePost } from '../../../origin/write/delete-post.ts'
import { editPost } from '../../../origin/write/edit-post.ts'
import { follow } from '../../../origin/write/follow.ts'
import { mute } from '../../../origin/write/mute.ts'
import { unblock } from '../../../origin/write/unblock.ts'
import { unfollow } from '../../../origin/write/unfollow.ts'
import { unmute } from '../../../origin/write/unmute.ts'
import { userId } from '../../../shared/ids.ts'
import { keys } from '../../../shared/keys.ts'
import { unlessAway, withoutRoom, type AwayNow } from './faulty-reads.ts'
import { interruptibleNodes, type Interruptions } from './interruptible.ts'
import { steppedTail, type SteppedTail } from './stepped-tail.ts'
import type { VirtualRedis } from './virtual-redis.ts'

export interface OriginDeps {
  readonly pool: pg.Pool
  readonly outbox: Outbox
  readonly node: VirtualRedis
  readonly now: () => number
  readonly settings: () => Settings
  readonly newId: () => string
  readonly away: AwayNow
  readonly interruptions: Interruptions
  readonly onFailure: (error: unknown) => void
}

/** One process of the origin: what it holds in memory is its own, the stores are shared. */
export interface OriginProcess {
  readonly tail: SteppedTail
  readonly lists: ListStore
  readonly truth: Truth
  readonly readFeed: ReadFeed
  readonly readPost: ReturnType<typeof readPost>
  readonly writes: ReturnType<typeof writesOf>
  /** Does what answers left to do afterwards. */
  settle(): Promise<void>
  stop(): Promise<void>
}

export async function originProcess(deps: OriginDeps): Promise<OriginProcess> {
  const { pool, outbox, now, newId, away, onFailure } = deps
  const nodes = oneNode(deps.node.redis)
  const postsMax = () => deps.settings()['list.postsMax']
  const truth = unlessAway(postgresTruth(pool), 'postgres', away)
  const relations = unlessAway(postgresRelations(pool), 'postgres', away)
  const seen = losses()
  const inRedis = redisWaves({ nodes: interruptibleNodes(deps.node.redis, deps.interruptions) })
  const waves = watchedWaves(unlessAway(inRedis, 'redis', away), seen)
  const lists = unlessAway(redisListStore({ nodes, postsMax, newToken: newId }), 'redis', away)
  const fills = unlessAway(redisProjectionFills({ nodes, now }), 'redis', away)
  const sessions = unlessAway(redisSessionStore(nodes), 'redis', away)
  const budget = withoutRoom(postgresBudget(), away)
  const tail = await steppedTail({
    outbox: unlessAway(outbox, 'postgres', away),
    truth,
    now,
    onFailure,
  })
  const records = viewerRecords({ tail, now, losses: seen })
  tail.onHeard((tag) => {
    if (tag.startsWith('v:')) records.forget(userId(tag.slice(2)))
  })

  const left: (() => Promise<void>)[] = []
  const later = (work: () => Promise<void>) => void left.push(work)
  const kept = keptFragments({ tail, losses: seen })
  const stores = { waves, truth, budget, relations, fills }
  const reading = { ...stores, tail, records, losses: seen, kept, now, later }
  const pipeline = homeFeed({
    ...reading,
    lists,
    warmer: warmer({ lists, truth, budget, postsMax }),
    keptLists: keptLists({ tail }),
  })
  return {
    tail,
    lists,
    truth,
    readFeed: readFeed({
      ...reading,
      pipeline,
      sessions,
      newSessionId: newId,
      settings: deps.settings,
      observer: {
        ran: () => undefined,
        dropped: () => undefined,
        failed: (_, error) => onFailure(error),
      },
      elapsedMs: now,
    }),
    readPost: readPost(reading),
    writes: writesOf(pool, lists, keepCreated({ kept, tail }), onFailure),
    async settle() {
      for (const work of left.splice(0)) await work().catch(onFailure)
    },
    stop: () => tail.stop(),
  }
}

function writesOf(
  pool: pg.Pool,
  lists: Pick<ListStore, 'push'>,
  keepText: ReturnType<typeof keepCreated>,
  onFailure: (error: unknown) => void,
) {
  const deps = {
    writes: postgresWrites(pool, nodePace),
    published: () => undefined,
    pushOwn: (author: Parameters<typeof keys.timeline>[0], post: Parameters<typeof keys.post>[0]) =>
      lists.push([keys.timeline(author)], post),
    pushFailed: onFailure,
    keepText,
  }
  return {
    post: createPost(deps),
    edit: editPost(deps),
    delete: deletePost(deps),
    follow: follow(deps),
    unfollow: unfollow(deps),
    block: block(deps),
    unblock: unblock(deps),
    mute: mute(deps),
    unmute: unmute(deps),
  }
}
