import type { Redis } from 'ioredis'
import type pg from 'pg'
import { postgresPool } from '../../../origin/adapters/postgres/pool.ts'
import { isReadyWithin, redisConnection } from '../../../origin/adapters/redis/connection.ts'
import { virtualClock, type VirtualClock } from './virtual-clock.ts'
import { virtualRedis, type VirtualRedis } from './virtual-redis.ts'

/** What a process of the model works on, run after run: one database under the virtual clock, one Redis. */
export interface Stores extends AsyncDisposable {
  readonly pool: pg.Pool
  readonly redis: Redis
  readonly redisUrl: string
  /** As at the first beginning: no people, no keys, the first moment. */
  begin(): Promise<{ readonly clock: VirtualClock; readonly node: VirtualRedis }>
}

const CONNECT_DEADLINE_MS = 5_000
/** Stores go away when a run says so. A busy machine must not do it too. */
export const NODE_DEADLINE_MS = 60_000

/** The same ids are minted again in every run; only transaction ids go on. */
const EMPTY = `
  delete from users; delete from user_counts; delete from posts; delete from post_edits;
  delete from follows; delete from blocks; delete from mutes; delete from outbox; delete from ticks;
  delete from log_positions; delete from dead_letters; delete from idempotency_keys;
  delete from settings where key <> 'epoch';
  select setval('id_sequence', 0, false), setval('virtual.microseconds', 0, false);
  select ensure_outbox_partitions();
`

export async function openStores(databaseUrl: string, redisUrl: string): Promise<Stores> {
  const pool = postgresPool(databaseUrl, {
    max: 12,
    // Transactions stay open here while much else is done, on whatever machine.
    statementTimeoutMs: 120_000,
    applicationName: 'oracle',
  })
  const redis = redisConnection({
    url: redisUrl,
    name: 'oracle',
    onError: () => undefined,
    deadlineMs: NODE_DEADLINE_MS,
  })
  if (!(await isReadyWithin(redis, CONNECT_DEADLINE_MS))) throw new Error('Redis does not answer')
  return {
    pool,
    redis,
    redisUrl,
    async begin() {
      await pool.query(EMPTY)
      await redis.flushall()
      const clock = virtualClock(pool)
      const node = virtualRedis(redis, clock.now)
      await node.snapshot()
      return { clock, node }
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect()
      await pool.end()
    },
  }
}
