import { randomUUID } from 'node:crypto'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresDeadLetters } from '../../../origin/adapters/postgres/dead-letters.ts'
import { postgresEventLog } from '../../../origin/adapters/postgres/event-log.ts'
import { postgresGenerations } from '../../../origin/adapters/postgres/generations.ts'
import { postgresOutbox } from '../../../origin/adapters/postgres/outbox.ts'
import { postgresTruth } from '../../../origin/adapters/postgres/truth.ts'
import {
  isReadyWithin,
  oneNode,
  redisConnection,
} from '../../../origin/adapters/redis/connection.ts'
import { redisDeliveryStore } from '../../../origin/adapters/redis/delivery-store.ts'
import { redisListStore } from '../../../origin/adapters/redis/list-store.ts'
import { redisWaves } from '../../../origin/adapters/redis/waves.ts'
import { deliver, type DeliverDeps } from '../../../origin/delivery/deliver.ts'
import { postgresBudget } from '../../../origin/delivery/postgres-budget.ts'
import { warmer } from '../../../origin/delivery/warm.ts'
import type { LogEvent } from '../../../shared/events/event.ts'
import { newestFirst, type PostId, type UserId } from '../../../shared/ids.ts'
import { allBuckets, bucketOf, keys, type ListKey } from '../../../shared/keys.ts'
import { freshRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { writeWorld } from '../write/write-world.ts'

const CONSUMED_MS_MAX = 15_000

/** Writes, the log, delivery and a Redis of its own. Delivery runs from `start` to the end. */
export async function deliveryWorld({ postsMax = 800 }: { readonly postsMax?: number } = {}) {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await freshRedis())
  const writes = stack.use(await writeWorld())
  const redis = stack.adopt(
    redisConnection({ url: server.url, name: 'test', onError: () => undefined }),
    (connection) => connection.disconnect(),
  )
  await isReadyWithin(redis, 5_000)

  const { pool } = writes
  const outbox = postgresOutbox(pool)
  const truth = postgresTruth(pool)
  const store = redisDeliveryStore({ url: server.url, postsMax: () => postsMax })
  const waves = redisWaves({ nodes: oneNode(redis) })
  const lists = redisListStore({
    nodes: oneNode(redis),
    postsMax: () => postsMax,
    newToken: randomUUID,
  })
  const deadLetters = postgresDeadLetters(pool)
  const gaveUp: LogEvent[] = []
  const failures: unknown[] = []
  const ending = new AbortController()
  const running: Promise<void>[] = []
  let ticks = 0

  /** As the leader makes them: the time is read before the snapshot. */
  async function tick(): Promise<number> {
    ticks += 1
    await pool.query(
      `insert into ticks (n, at, horizon)
       select $1, clock_timestamp(), (select value::text from settings where key = 'epoch')
         || ':' || pg_current_snapshot()::text`,
      [ticks],
    )
    return ticks
  }

  /** Every bucket has heard, from every partition, of everything that was committed before the call. */
  async function settled(): Promise<void> {
    const reached = await tick()
    await until(
      async () => {
        await using session = await store.open()
        const found = [...(await session.watermarks()).values()]
        const marks = found.flatMap((watermark) => watermark.marks)
        return (
          found.length === allBuckets.length &&
          marks.every((mark) => mark !== undefined && mark.tick >= reached)
        )
      },
      CONSUMED_MS_MAX,
      `all watermarks at tick ${reached}; last failure: ${String(failures.at(-1))}`,
    )
  }

  await tick()
  const owned = stack.move()
  return {
    ...writes,
    server,
    redis,
    truth,
    store,
    waves,
    lists,
    deadLetters,
    gaveUp,
    failures,
    tick,
    settled,
    warm: warmer({ lists, truth, budget: postgresBudget(), postsMax: () => postsMax }),

    start(changes: Partial<DeliverDeps> = {}) {
      const log = postgresEventLog(
        {
          pool,
          outbox,
          wakeups: { listen: () => () => undefined },
          // Failures are provoked here on purpose: nobody has to wait for seconds after them.
          pace: { ...nodePace, sleep: (ms, signal) => nodePace.sleep(Math.min(ms, 50), signal) },
          member: randomUUID(),
          onFailure: (error) => failures.push(error),
        },
        { leaseMs: 2_000, beatMs: 100, pollMs: 10 },
      )
      const deps: DeliverDeps = {
        store,
        outbox,
        truth,
        waves,
        deadLetters,
        generations: postgresGenerations(pool),
        observer: { delivered: () => undefined, gaveUp: (event) => gaveUp.push(event) },
        ...changes,
      }
      running.push(deliver(log, deps, ending.signal))
    },

    async idsOf(list: ListKey): Promise<readonly PostId[] | undefined> {
      const found = await lists.read(list)
      return found && [...new Set(found.ids)].toSorted(newestFirst)
    },
    timelineOf(viewer: UserId) {
      return this.idsOf(keys.timeline(viewer))
    },
    generationOf: (id: UserId) => redis.hget(keys.watermark(bucketOf(id)), 'g'),
    async follows(author: UserId, followers: readonly UserId[]) {
      await pool.query(
        'insert into follows (follower_id, followee_id) select unnest($2::bigint[]), $1',
        [author, followers],
      )
    },
    async post(author: UserId, text = 'a post'): Promise<PostId> {
      return (await writes.commands.createPost({ user: author }, { text })).facts.id
    },
    async [Symbol.asyncDispose]() {
      ending.abort()
      await Promise.all(running)
      await owned.disposeAsync()
    },
  }
}
