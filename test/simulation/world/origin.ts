import { DEFAULT_SETTINGS, type Settings } from '../../../shared/admin/settings.ts'
import { AppError } from '../../../shared/errors.ts'
import { memoryCounts } from '../../../origin/adapters/memory/counts.ts'
import { memoryDeadLetters } from '../../../origin/adapters/memory/dead-letters.ts'
import { memoryDeliveryStore } from '../../../origin/adapters/memory/delivery-store.ts'
import { memoryGenerations } from '../../../origin/adapters/memory/generations.ts'
import { memoryInvalidationRegion } from '../../../origin/adapters/memory/invalidation-region.ts'
import { memoryLeadership } from '../../../origin/adapters/memory/leadership.ts'
import { memoryListStore } from '../../../origin/adapters/memory/list-store.ts'
import { memoryGroupLags, memoryLogLeases } from '../../../origin/adapters/memory/log-leases.ts'
import { memoryOutbox } from '../../../origin/adapters/memory/outbox.ts'
import { memoryProjectionFills } from '../../../origin/adapters/memory/projection-fills.ts'
import { memoryRelations } from '../../../origin/adapters/memory/relations-among.ts'
import { memorySessionStore } from '../../../origin/adapters/memory/session-store.ts'
import { memoryTruth } from '../../../origin/adapters/memory/truth.ts'
import { memoryWaves } from '../../../origin/adapters/memory/waves.ts'
import { memoryWrites } from '../../../origin/adapters/memory/writes.ts'
import { leasedLog } from '../../../origin/adapters/postgres/event-log.ts'
import { count } from '../../../origin/count/count.ts'
import { deliver } from '../../../origin/delivery/deliver.ts'
import { DELIVERY_GROUP } from '../../../origin/delivery/give-up.ts'
import { postgresBudget } from '../../../origin/delivery/postgres-budget.ts'
import { pushOwn } from '../../../origin/delivery/push-own.ts'
import { replayDelivery } from '../../../origin/delivery/replay-delivery.ts'
import { warmer } from '../../../origin/delivery/warm.ts'
import { afterAnswer } from '../../../origin/feed/effects/after-answer.ts'
import { homeFeed } from '../../../origin/feed/home-feed.ts'
import { keepCreated } from '../../../origin/feed/query/keep-created.ts'
import { keptFragments } from '../../../origin/feed/query/kept-fragments.ts'
import { keptLists } from '../../../origin/feed/query/kept-lists.ts'
import { losses, watchedWaves } from '../../../origin/feed/query/losses.ts'
import { forgetHeard, viewerRecords } from '../../../origin/feed/query/viewer-records.ts'
import { readFeed, type ReadFeed } from '../../../origin/feed/read-feed.ts'
import { replayDeadLetter } from '../../../origin/log/replay-dead-letter.ts'
import type { Leadership, LeaderSession } from '../../../origin/ports/leadership.ts'
import type { Truth } from '../../../origin/ports/truth.ts'
import { readPost } from '../../../origin/read/read-post.ts'
import { readUser } from '../../../origin/read/read-users.ts'
import { runRelay } from '../../../origin/relay/run-relay.ts'
import { outboxTail, type RunningTail } from '../../../origin/tail/tail.ts'
import { block } from '../../../origin/write/block.ts'
import { changeUser } from '../../../origin/write/change-user.ts'
import { createPost } from '../../../origin/write/create-post.ts'
import { deletePost } from '../../../origin/write/delete-post.ts'
import { editPost } from '../../../origin/write/edit-post.ts'
import { follow } from '../../../origin/write/follow.ts'
import { mute } from '../../../origin/write/mute.ts'
import { unblock } from '../../../origin/write/unblock.ts'
import { unfollow } from '../../../origin/write/unfollow.ts'
import { unmute } from '../../../origin/write/unmute.ts'
import { deliveryLink } from './delivery-link.ts'
import type { SimProcess } from './process.ts'
import type { Seam } from './seam.ts'
import type { Stores } from './stores.ts'
import { writeLink } from './write-link.ts'

export interface OriginDeps {
  readonly process: SimProcess
  readonly seam: Seam
  readonly stores: Stores
  /** Events of one read of the outbox. */
  readonly batchMax: number
  readonly settings: () => Settings
  readonly newId: () => string
  /** Throws where the truth about this post cannot be told. */
  readonly poison: (ids: readonly string[]) => void
  readonly interrupt: (store: 'redis') => ((at: number) => Promise<void> | undefined) | undefined
  readonly trace: (words: string) => void
  readonly onUnexpected: (error: unknown) => void
}

/** One process of the origin, all of it: it answers, follows, delivers, counts and may lead. */
export interface SimOrigin {
  readonly tail: RunningTail
  readonly readFeed: ReadFeed
  readonly readPost: ReturnType<typeof readPost>
  readonly readUser: ReturnType<typeof readUser>
  readonly writes: ReturnType<typeof writesOf>
  readonly replayDeadLetter: (id: string) => Promise<unknown>
  /** Until it is asked to end. */
  readonly ended: Promise<void>
}

export function simOrigin(deps: OriginDeps): SimOrigin {
  const { process, seam, stores, newId, trace, onUnexpected } = deps
  const { database, redis, channel } = stores
  const { pace } = process
  const now = pace.now
  const failed = (what: string, error: unknown) => {
    trace(
      `${process.name}: ${what} failed: ${error instanceof Error ? error.message : String(error)}`,
    )
    if (!(error instanceof AppError) && !isPlanned(error)) onUnexpected(error)
  }
  const postgres = <Port extends object>(name: string, port: Port): Port =>
    seam.port(process, 'postgres', name, port)
  const overRedis = <Port extends object>(name: string, port: Port): Port =>
    seam.port(process, 'redis', name, port)

  const connection = database.connect()
  process.onDeath.add(() => connection.drop())
  const settings = () => ({ ...DEFAULT_SETTINGS, ...deps.settings() })
  const postsMax = () => settings()['list.postsMax']
  const truth = postgres('truth', memoryTruth(database))
  const deliveryTruth = poisoned(truth, deps.poison)
  const outbox = postgres('outbox', memoryOutbox(database, { batchMax: deps.batchMax }))
  const wakeups = {
    raise: () => channel.raise(process.name),
    listen(wake: () => void) {
      const stop = channel.listen(process.name, () => void process.after(0, wake))
      process.onDeath.add(stop)
      return stop
    },
  }
  const seen = losses()
  const waves = watchedWaves(
    {
      send: (request) =>
        seam.call(process, 'redis', 'waves.send', () =>
          memoryWaves(redis, undefined, deps.interrupt('redis')).send(request),
        ),
    },
    seen,
  )
  const stored = memoryListStore(redis, { postsMax })
  const lists = {
    ...overRedis('lists', stored),
    warm: (...[list, load]: Parameters<typeof stored.warm>) =>
      seam.call(process, 'redis', 'lists.warm', () =>
        stored.warm(list, async () => {
          const loaded = await load()
          await seam.call(process, 'redis', 'lists.warm-end', () => undefined)
          return loaded
        }),
      ),
  }
  const fills = overRedis('fills', memoryProjectionFills(redis, now))
  const sessions = overRedis('sessions', memorySessionStore(redis))
  const tail = outboxTail({
    // By a name of its own, so that it can fail by itself.
    outbox: postgres('tail', memoryOutbox(database, { batchMax: deps.batchMax })),
    truth,
    wakeups,
    pace,
    onFailure: (error) => failed('tail', error),
  })
  const records = viewerRecords({ tail, now, losses: seen })
  tail.onHeard(forgetHeard(records))
  const budget = postgresBudget()
  const { later, settled } = afterAnswer({ failed: (error) => failed('after an answer', error) })
  const relations = postgres('relations', memoryRelations(database))
  const kept = keptFragments({ tail, losses: seen })
  const reading = {
    waves,
    truth,
    budget,
    tail,
    records,
    fills,
    now,
    later,
    relations,
    warmer: warmer({ lists, truth, budget, postsMax }),
    lists,
    settings,
    sessions,
    newSessionId: newId,
    elapsedMs: now,
    losses: seen,
    kept,
    keptLists: keptLists({ tail }),
    observer: {
      ran: () => undefined,
      dropped: () => undefined,
      failed: (stage: string, error: unknown) => failed(`stage ${stage}`, error),
    },
  }
  const delivery = deliveryLink(process, seam, memoryDeliveryStore(redis, { postsMax }))
  const deadLetters = postgres('deadLetters', memoryDeadLetters(database))
  const log = leasedLog({
    leases: (group, leaseMs) =>
      postgres(
        'leases',
        memoryLogLeases(database, { group, member: memberOf(process, newId), leaseMs }),
      ),
    outbox,
    wakeups,
    pace,
    onFailure: (error, { group, partition }) => failed(`log ${group} ${partition ?? ''}`, error),
  })
  const leadership = memoryLeadership(database, {
    onOpen(drop) {
      process.onDeath.add(drop)
      stores.leaderOpened(drop)
    },
  })

  const { signal } = process.ending
  const run = Promise.all([
    tail.run(signal),
    runRelay(
      {
        leadership: {
          tryLead: () => leaderSession(deps, leadership),
        },
        outbox,
        regions: [overRedis('region', memoryInvalidationRegion('here', redis))],
        tail,
        lags: postgres('lags', memoryGroupLags(database)),
        wakeups,
        pace,
        onLeading: (term) => trace(`${process.name} leads: ${term ?? 'no longer'}`),
        onFailure: (error) => failed('relay', error),
        watch: {
          choresFailed: (error) => failed('chores', error),
          regionFailed: (error, region) => failed(`region ${region}`, error),
          groupLags: () => undefined,
          groupIsLate: () => undefined,
          clocksDiffer: () => undefined,
          partitionsKept: () => undefined,
        },
      },
      signal,
    ),
    deliver(
      log,
      {
        store: delivery,
        outbox,
        generations: postgres('generations', memoryGenerations(database)),
        truth: deliveryTruth,
        waves,
        deadLetters,
        observer: {
          delivered: () => undefined,
          gaveUp: (event, error) => failed(`event ${event.id}`, error),
        },
      },
      signal,
    ),
    count(
      { log, counts: postgres('counts', memoryCounts(database, connection)), fills, pace },
      signal,
    ),
  ])

  return {
    tail,
    readFeed: readFeed({ ...reading, pipeline: homeFeed(reading) }),
    readPost: readPost(reading),
    readUser: readUser(reading),
    writes: writesOf({
      writes: writeLink(process, seam, memoryWrites(database, connection)),
      published: wakeups.raise,
      pushOwn: pushOwn(lists),
      pushFailed: (error) => failed('push of one’s own post', error),
      keepText: keepCreated({ kept, tail }),
    }),
    replayDeadLetter: (id) =>
      replayDeadLetter(id, {
        deadLetters,
        handlers: new Map([
          [DELIVERY_GROUP, replayDelivery({ store: delivery, truth: deliveryTruth })],
        ]),
      }),
    ended: run.then(settled),
  }
}

/** A session whose opening nobody heard of ends with its connection. */
async function leaderSession(
  { process, seam }: OriginDeps,
  leadership: Leadership,
): Promise<LeaderSession | undefined> {
  let opened: LeaderSession | undefined
  try {
    await seam.call(
      process,
      'postgres',
      'tryLead',
      async () => {
        opened = await leadership.tryLead()
      },
      { neverLate: true },
    )
  } catch (error) {
    await opened?.[Symbol.asyncDispose]()
    throw error
  }
  const session = opened
  if (session === undefined) return undefined
  const statements = {
    tick: () => session.tick(),
    reserveNumbers: (count: number, above: number) => session.reserveNumbers(count, above),
    keepPartitions: () => session.keepPartitions(),
  }
  return {
    term: session.term,
    epoch: session.epoch,
    lost: session.lost,
    ...seam.port(process, 'postgres', 'leader', statements),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

const memberOf = (process: SimProcess, newId: () => string): string => `${process.name} ${newId()}`

/** What a poisoned event makes of whoever handles it. */
export class Poisoned extends Error {
  override readonly name = 'Poisoned'
}

const isPlanned = (error: unknown): boolean =>
  error instanceof Poisoned ||
  (error instanceof Error && (error.cause instanceof Poisoned || error.name === 'AbortError'))

function poisoned(truth: Truth, poison: (ids: readonly string[]) => void): Truth {
  return {
    ...truth,
    async posts(ids) {
      poison(ids)
      return truth.posts(ids)
    },
  }
}

function writesOf(deps: Parameters<typeof createPost>[0]) {
  return {
    post: createPost(deps),
    edit: editPost(deps),
    delete: deletePost(deps),
    rename: changeUser(deps),
    follow: follow(deps),
    unfollow: unfollow(deps),
    block: block(deps),
    unblock: unblock(deps),
    mute: mute(deps),
    unmute: unmute(deps),
  }
}
