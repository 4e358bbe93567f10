import { DEFAULT_SETTINGS } from '../../../../shared/admin/settings.ts'
import { AppError } from '../../../../shared/errors.ts'
import { FeedPage } from '../../../../shared/feed/page.ts'
import type { WaveRequest } from '../../../../shared/feed/wave.ts'
import { hasToken, type Horizon } from '../../../../shared/horizon.ts'
import { lowestIdAt, type PostId, type UserId } from '../../../../shared/ids.ts'
import { tags, type Tag } from '../../../../shared/invalidation.ts'
import { allBuckets, keys, LOG_PARTITIONS } from '../../../../shared/keys.ts'
import type { Generation } from '../../../../shared/list.ts'
import { memoryListStore } from '../../../../origin/adapters/memory/list-store.ts'
import { flush, memoryNode } from '../../../../origin/adapters/memory/node.ts'
import { memoryProjectionFills } from '../../../../origin/adapters/memory/projection-fills.ts'
import { memorySessionStore } from '../../../../origin/adapters/memory/session-store.ts'
import { memoryWaves } from '../../../../origin/adapters/memory/waves.ts'
import { afterAnswer } from '../../../../origin/feed/effects/after-answer.ts'
import { homeFeed } from '../../../../origin/feed/home-feed.ts'
import { keptFragments } from '../../../../origin/feed/query/kept-fragments.ts'
import { losses, watchedWaves } from '../../../../origin/feed/query/losses.ts'
import { keptLists } from '../../../../origin/feed/query/kept-lists.ts'
import { viewerRecords } from '../../../../origin/feed/query/viewer-records.ts'
import { readFeed, type FeedRequest } from '../../../../origin/feed/read-feed.ts'
import type { Tail, TailPost } from '../../../../origin/ports/tail.ts'
import { fragmentOf, ledgerTruth, recordOf } from './ledger-truth.ts'
import { ledger as newLedger } from './ledger.ts'

export const user = (n: number) => String(lowestIdAt(Date.UTC(2025, 0, 1, 0, 0, n))) as UserId
export const NOW_MS = Date.UTC(2026, 10, 21, 9)
/** Younger posts have larger numbers; all within the hour before NOW_MS. */
export const post = (n: number) =>
  String(BigInt(lowestIdAt(NOW_MS - 3_600_000)) + BigInt(n)) as PostId

export interface FeedWorldOptions {
  readonly listPostsMax?: number
  readonly sessionPostsMax?: number
  /** The process keeps fragments in its memory too. */
  readonly keepsFragments?: boolean
}

/**
 * A ledger, a node in memory, a delivery that is moved by hand, and the reader under test. Postgres time is
 * the number of a transaction, so that lag is a difference of numbers.
 */
export function feedWorld({
  listPostsMax = 8,
  sessionPostsMax = 10,
  keepsFragments = false,
}: FeedWorldOptions = {}) {
  const ledger = newLedger()
  let nowMs = NOW_MS
  const node = memoryNode({ now: () => nowMs })
  const down = { redis: false, postgres: false, budget: false, sessions: false }
  const calls = { waves: [] as WaveRequest[], truth: 0 }
  const large = new Set<UserId>()
  let generation = 0
  let delivered = 100
  let heardFrom = 100
  let heardTo = 100
  const last = () => ledger.horizon().xmin - 1

  const truth = ledgerTruth(ledger, {
    onAsk() {
      calls.truth += 1
      if (down.postgres) throw new AppError('STORE_UNAVAILABLE', 'postgres is away')
    },
    isLarge: (viewer) => large.has(viewer),
  })
  const inTail = () => ledger.events.filter(({ xid }) => xid > heardFrom && xid <= heardTo)
  const horizon = (): Horizon => ({ epoch: 1, xmin: heardTo + 1, xmax: heardTo + 1, xip: [] })
  const tailPosts = (): TailPost[] =>
    inTail().flatMap((event) => {
      const found = event.kind === 'post' ? ledger.posts.get(event.post) : undefined
      return found === undefined ? [] : [{ post: found.id, author: found.author, xid: found.xid }]
    })
  const tail: Tail = {
    ready: () => true,
    ageMs: () => (down.postgres ? 60_000 : 0),
    horizon,
    reachesToMs: () => heardFrom,
    postsOf: (author) => tailPosts().filter((each) => each.author === author),
    hasHeardOf: (id) => (ledger.posts.get(id)?.xid ?? 0) <= heardTo,
    posts: tailPosts,
    heard(tag: Tag) {
      let heard: { version: number; xid: number } | undefined
      for (const event of inTail()) {
        if (event.kind === 'viewer' && tags.viewer(event.viewer) === tag) heard = event
        if (event.kind === 'post' && tags.post(event.post) === tag) {
          heard = { version: ledger.posts.get(event.post)?.version ?? 1, xid: event.xid }
        }
      }
      return heard
    },
    pulledSet: () =>
      new Set(
        [...ledger.posts.values()]
          .filter(({ delivery, xid }) => delivery === 'pull' && xid <= heardTo)
          .map(({ author }) => author),
      ),
    waitFor(token) {
      if (!down.postgres && token.epoch === 1) catchUp()
      return Promise.resolve(hasToken(horizon(), token))
    },
  }

  const lists = memoryListStore(node, { postsMax: () => listPostsMax })
  const seen = losses()
  const inMemory = watchedWaves(memoryWaves(node), seen)
  const beforeWaves: (() => Promise<void>)[] = []
  const waves = {
    async send(request: WaveRequest) {
      calls.waves.push(request)
      if (down.redis) throw new AppError('STORE_UNAVAILABLE', 'redis is away')
      await beforeWaves.shift()?.()
      return inMemory.send(request)
    },
  }
  const budget = {
    run<Value>(work: () => Promise<Value>): Promise<Value> {
      return down.budget ? Promise.reject(new AppError('OVERLOADED', 'no room')) : work()
    },
  }
  const kept = memorySessionStore(node)
  const now = () => nowMs
  const fills = memoryProjectionFills(node, now)
  const records = viewerRecords({ tail, now, losses: seen })
  const work = afterAnswer({
    failed(error) {
      if (!(error instanceof AppError)) throw error
    },
  })
  const keptHere = keepsFragments ? { kept: keptFragments({ tail, losses: seen }) } : {}
  let sessionNumber = 0
  const shared = {
    ...keptHere,
    tail,
    records,
    losses: seen,
    fills,
    now,
    waves,
    truth,
    budget,
    relations: truth,
    later: work.later,
  }
  const warmer = {
    timeline: (viewer: UserId) =>
      lists.warm(keys.timeline(viewer), () => truth.timeline(viewer, listPostsMax)),
    authorList: (author: UserId) =>
      lists.warm(keys.authorList(author), () => truth.authorList(author, listPostsMax)),
  }
  const pipeline = homeFeed({ ...shared, lists, warmer, keptLists: keptLists({ tail }) })
  const read = readFeed({
    ...shared,
    pipeline,
    sessions: {
      write: (viewer, session, text) =>
        down.sessions || down.redis
          ? Promise.reject(new AppError('STORE_UNAVAILABLE', 'redis is away'))
          : kept.write(viewer, session, text),
    },
    newSessionId: () => `session${(sessionNumber += 1)}`,
    settings: () => ({ ...DEFAULT_SETTINGS, 'session.postsMax': sessionPostsMax }),
    elapsedMs: () => 0,
    observer: {
      ran: () => undefined,
      dropped: () => undefined,
      failed(_, error) {
        if (!(error instanceof AppError)) throw error
      },
    },
  })

  /** Every version passes the tail before it is forgotten, and takes the kept record with it. */
  function catchUp(): void {
    for (const event of ledger.events) {
      if (event.kind === 'viewer' && event.xid > heardTo) records.forget(event.viewer)
    }
    heardTo = last()
  }

  function mark(): void {
    const at = { tick: delivered, xmin: delivered + 1, atMs: delivered }
    for (const bucket of allBuckets) {
      const marks = new Map(
        Array.from({ length: LOG_PARTITIONS }, (_, each) => [each, at] as const),
      )
      const name = node.watermarks.get(bucket)?.generation ?? (`1.${generation}` as Generation)
      node.watermarks.set(bucket, { generation: name, marks, exceptions: new Map() })
    }
  }
  mark()

  return {
    ledger,
    node,
    down,
    calls,
    /** What happens before each of the next waves is answered. */
    beforeWaves,
    large,
    records,
    warmer,
    pipeline,
    shared,
    lists,
    later: work.later,
    settled: () => work.settled(),
    pass(ms: number) {
      nowMs += ms
    },
    /** The tail hears of everything; what is older than the last `keeps` transactions it forgets. */
    hear(keeps = Number.POSITIVE_INFINITY): void {
      catchUp()
      heardFrom = Math.max(heardFrom, heardTo - keeps)
    },
    /** Delivery catches up, and says so beside the data. */
    async deliver(): Promise<void> {
      for (const event of ledger.events.filter(({ xid }) => xid > delivered)) {
        if (event.kind === 'viewer') {
          const record = recordOf(ledger, event.viewer, large.has(event.viewer))
          await fills.viewers([record], nowMs)
          continue
        }
        const found = ledger.posts.get(event.post)
        const fragment = fragmentOf(ledger, event.post)
        if (found === undefined || fragment === undefined) continue
        await fills.posts(new Map([[found.id, fragment]]), nowMs)
        if (found.isDeleted) continue
        const followers = [...ledger.allUsers()].filter((each) =>
          ledger.followsOf(each).has(found.author),
        )
        const timelines = found.delivery === 'push' ? followers.map(keys.timeline) : []
        await lists.push(
          [keys.authorList(found.author), keys.timeline(found.author), ...timelines],
          found.id,
        )
      }
      delivered = last()
      mark()
    },
    loseRedis(): void {
      flush(node)
      generation += 1
      mark()
    },
    async page(request: Partial<FeedRequest> & { viewer: UserId }) {
      const answer = await read({ mode: 'latest', limit: 5, token: undefined, ...request })
      const body = FeedPage.parse(JSON.parse(new TextDecoder().decode(answer.body)))
      return { ...body, ids: body.items.map(({ post: each }) => each.id as PostId), answer }
    },
  }
}

export type FeedWorld = ReturnType<typeof feedWorld>
