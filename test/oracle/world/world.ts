import { DEFAULT_SETTINGS, type Settings } from '../../../shared/admin/settings.ts'
import { userId, type UserId } from '../../../shared/ids.ts'
import { postgresDeadLetters } from '../../../origin/adapters/postgres/dead-letters.ts'
import { postgresGenerations } from '../../../origin/adapters/postgres/generations.ts'
import { postgresOutbox } from '../../../origin/adapters/postgres/outbox.ts'
import { postgresTruth } from '../../../origin/adapters/postgres/truth.ts'
import { oneNode } from '../../../origin/adapters/redis/connection.ts'
import { redisDeliveryStore } from '../../../origin/adapters/redis/delivery-store.ts'
import { redisWaves } from '../../../origin/adapters/redis/waves.ts'
import { deliveryConsumers } from '../../../origin/delivery/deliver.ts'
import { OUTBOX_POLL_MS } from '../../../shared/limits.ts'
import type { Tail } from '../../../origin/ports/tail.ts'
import { AppError } from '../../../shared/errors.ts'
import { history, type History } from '../history.ts'
import type { Away, Lagging, Scale } from '../model/commands.ts'
import { edgeIsolate, type EdgeIsolate } from './edge-isolate.ts'
import { faultyDeliveryStore, noDeliveryFaults, type DeliveryFaults } from './faulty-delivery.ts'
import { interruptibleNodes, type Interruptions } from './interruptible.ts'
import { originProcess, type OriginProcess } from './origin-process.ts'
import { originWire } from './origin-wire.ts'
import { steppedLeader, type SteppedLeader } from './stepped-leader.ts'
import { steppedLog, type SteppedLog } from './stepped-log.ts'
import { NODE_DEADLINE_MS, type Stores } from './stores.ts'
import type { VirtualRedis } from './virtual-redis.ts'

export type OriginName = 'origin-a' | 'origin-b'
export type EdgeName = 'edge-1' | 'edge-2'

/** Everything that runs, and what is wrong with it. Nothing moves but by the hand of the test. */
export interface World extends AsyncDisposable {
  readonly stores: Stores
  readonly node: VirtualRedis
  readonly now: () => number
  readonly history: History
  readonly people: readonly UserId[]
  readonly settings: { current: Settings }
  readonly origins: Record<OriginName, OriginProcess>
  readonly edges: Record<EdgeName, EdgeIsolate>
  readonly log: SteppedLog
  readonly leader: SteppedLeader
  readonly deliveryFaults: DeliveryFaults
  readonly lagging: Set<Lagging>
  readonly away: Set<Away>
  readonly interruptions: Interruptions
  /** Time goes on, and whatever does not lag does what it does by itself. */
  pass(ms: number): Promise<void>
  /** A process begins anew, with nothing in its memory. */
  restart(name: OriginName | EdgeName): Promise<void>
  startedAtMs(name: OriginName | EdgeName): number
}

/** A tail that lags looks this often nevertheless: one that hears nothing for longer has lost Postgres. */
const TAIL_LAG_MS_MAX = 1_000
const HOUR_MS = 3_600_000

export async function openWorld(stores: Stores, scale: Scale): Promise<World> {
  const { pool } = stores
  const { clock, node } = await stores.begin()
  const { now } = clock
  const nodes = oneNode(node.redis)
  let ids = 0
  const newId = () => `id-${String((ids += 1)).padStart(8, '0')}`
  const away = new Set<Away>()
  const lagging = new Set<Lagging>()
  const interruptions: Interruptions = { next: undefined }
  const forWaves = interruptibleNodes(node.redis, interruptions)
  const settings = {
    current: {
      ...DEFAULT_SETTINGS,
      'list.postsMax': scale.listPostsMax,
      'session.postsMax': scale.sessionPostsMax,
    },
  }
  const { rows } = await pool.query<{ id: string }>(
    `insert into users (handle, name) select 'p' || n, 'Person ' || n from generate_series(1, $1) n returning id`,
    [scale.people],
  )
  const people = rows.map(({ id }) => userId(id)).toSorted()
  await firstFollows(people, scale, stores)

  const outbox = postgresOutbox(pool)
  const told = history(pool)
  await told.note(0, now())
  const deliveryFaults = noDeliveryFaults()
  const onFailure = (error: unknown) => {
    // Taking stores away makes work fail that nobody waits for. Anything else is us being wrong.
    if (!(error instanceof AppError)) failures.push(error)
  }
  const failures: unknown[] = []

  const origin = () =>
    originProcess({
      pool,
      outbox,
      node,
      now,
      settings: () => settings.current,
      newId,
      away,
      interruptions,
      onFailure,
    })
  const origins = { 'origin-a': await origin(), 'origin-b': await origin() }
  const isolate = (name: OriginName) =>
    edgeIsolate({
      nodes: forWaves,
      now,
      newId,
      onFailure,
      toOrigin: originWire(() => origins[name]),
    })
  const edges = { 'edge-1': isolate('origin-a'), 'edge-2': isolate('origin-b') }

  const leader = await steppedLeader({
    pool,
    outbox,
    node,
    now,
    onFailure,
    tail: tailOf(() => origins['origin-a'].tail),
  })
  const log = await steppedLog(
    outbox,
    deliveryConsumers({
      outbox,
      generations: postgresGenerations(pool),
      store: faultyDeliveryStore(
        redisDeliveryStore({
          url: stores.redisUrl,
          postsMax: () => settings.current['list.postsMax'],
          deadlineMs: NODE_DEADLINE_MS,
        }),
        deliveryFaults,
        node.noteLoss,
      ),
      truth: postgresTruth(pool),
      waves: redisWaves({ nodes }),
      deadLetters: postgresDeadLetters(pool),
      observer: {
        delivered: () => undefined,
        gaveUp: (_, error) => void failures.push(error),
      },
    }),
  )
  let steppedAtMs = 0
  const startedAtMs = new Map<OriginName | EdgeName, number>()
  const polledAtMs = { 'origin-a': now(), 'origin-b': now() }

  async function step(): Promise<void> {
    if (!lagging.has('leader')) await leader.step()
    for (const [name, lag] of [
      ['origin-a', 'tail-a'],
      ['origin-b', 'tail-b'],
    ] as const) {
      if (lagging.has(lag) && now() - polledAtMs[name] < TAIL_LAG_MS_MAX) continue
      polledAtMs[name] = now()
      await origins[name].tail.step()
    }
    // What was heard meanwhile: the pulled set is published once the tail has the tick.
    if (!lagging.has('leader')) await leader.ring()
    if (!lagging.has('delivery')) await log.step()
    const [failure] = failures
    if (failure !== undefined) throw new Error('work in the background failed', { cause: failure })
  }

  const world: World = {
    stores,
    node,
    now,
    history: told,
    people,
    settings,
    origins,
    edges,
    log,
    leader,
    deliveryFaults,
    lagging,
    away,
    interruptions,
    async pass(ms) {
      const before = now()
      await clock.advance(ms)
      await node.pass(now() - before)
      // Whoever sleeps for hours finds no partition that was made ahead.
      if (ms >= HOUR_MS) await pool.query('select ensure_outbox_partitions()')
      if (now() - steppedAtMs < OUTBOX_POLL_MS) return
      steppedAtMs = now()
      await step()
    },
    startedAtMs: (name) => startedAtMs.get(name) ?? 0,
    async restart(name) {
      startedAtMs.set(name, now())
      if (name === 'edge-1') edges[name] = isolate('origin-a')
      else if (name === 'edge-2') edges[name] = isolate('origin-b')
      else {
        await origins[name].stop()
        origins[name] = await origin()
      }
    },
    async [Symbol.asyncDispose]() {
      await log.close()
      await leader.stop()
      for (const each of Object.values(edges)) await each.settle()
      for (const each of Object.values(origins)) await each.stop()
    },
  }
  // The first tick and the first life of every bucket.
  await world.pass(300)
  await world.pass(300)
  return world
}

/** Of the process that leads, whichever life it has now. */
const tailOf = (tail: () => Tail): Pick<Tail, 'ready' | 'horizon' | 'pulledSet'> => ({
  ready: () => tail().ready(),
  horizon: () => tail().horizon(),
  pulledSet: () => tail().pulledSet(),
})

async function firstFollows(
  people: readonly UserId[],
  { follows }: Scale,
  { pool }: Stores,
): Promise<void> {
  let bit = 0
  for (const follower of people) {
    for (const followee of people) {
      if (follower === followee) continue
      if ((follows >> (bit % 20)) & 1) {
        await pool.query('insert into follows (follower_id, followee_id) values ($1, $2)', [
          follower,
          followee,
        ])
      }
      bit += 1
    }
  }
}
