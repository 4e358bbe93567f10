import { Redis } from 'ioredis'
import type pg from 'pg'
import { postgresCounts } from '../../origin/adapters/postgres/counts.ts'
import { postgresPool } from '../../origin/adapters/postgres/pool.ts'
import type { UserId } from '../../shared/ids.ts'
import { allBuckets, keys } from '../../shared/keys.ts'
import { until } from '../local/until.ts'
import { NEW_LIFE_MS_MAX, RECOUNT_USERS_MAX, STATEMENT_MS_MAX } from './limits.ts'

/** Whose counts are not what the rows say. */
const MISCOUNTED = `
  select u.id from users u
  left join (select followee_id as id, count(*) as n from follows group by 1) a using (id)
  left join (select follower_id as id, count(*) as n from follows group by 1) b using (id)
  left join (select author_id as id, count(*) as n from posts where deleted_at is null group by 1) p
    using (id)
  left join user_counts c on c.user_id = u.id
  where (coalesce(a.n, 0), coalesce(b.n, 0), coalesce(p.n, 0))
    is distinct from (coalesce(c.followers, 0), coalesce(c.following, 0), coalesce(c.posts, 0))`

/** Counts again whoever is miscounted, as the count worker does: beside it, without overwriting its newer ones. */
export async function recount(
  client: pg.ClientBase,
  databaseUrl: string,
  onProgress: (users: number) => void,
): Promise<number> {
  const pool = postgresPool(databaseUrl, {
    max: 1,
    statementTimeoutMs: STATEMENT_MS_MAX,
    applicationName: 'headwater-import-counts',
  })
  let counted = 0
  try {
    const counts = postgresCounts(pool)
    await client.query('begin read only')
    await client.query(`declare miscounted no scroll cursor for ${MISCOUNTED}`)
    for (;;) {
      const { rows } = await client.query<{ id: UserId }>(
        `fetch ${RECOUNT_USERS_MAX} from miscounted`,
      )
      if (rows.length === 0) break
      await counts.recount(rows.map(({ id }) => id))
      counted += rows.length
      onProgress(counted)
    }
    await client.query('commit')
    return counted
  } finally {
    await pool.end()
  }
}

/**
 * Ends the lives of all lists: they lack what was imported, and nothing was pushed. Committed with the
 * mark that the import is settled, so that whoever begins later, with whatever Redis kept, knows it too.
 */
export async function endAllLives(client: pg.ClientBase): Promise<void> {
  await client.query('begin')
  await client.query(
    `insert into settings (key, value)
     values ('generation.least', to_jsonb(nextval('generation_sequence')))
     on conflict (key) do update set value = excluded.value, version = settings.version + 1,
       updated_at = clock_timestamp()`,
  )
  await client.query(
    'update imports set settled_at = clock_timestamp() where settled_at is null and taken > 0',
  )
  await client.query('commit')
}

/**
 * Delivery asks which lives are over only when it begins. Without its watermarks it begins at once, and
 * empties the buckets. Answers whether somebody did: nobody delivers while nothing runs.
 */
export async function beginNewLives(redisUrl: string): Promise<boolean> {
  const redis = new Redis(redisUrl, { lazyConnect: true, maxRetriesPerRequest: 0 })
  // Each command says what failed; without a listener the connection would say so a second time.
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    const names = allBuckets.map((bucket) => keys.watermark(bucket))
    await Promise.all(names.map((name) => redis.unlink(name)))
    const all = async () => {
      const found = await Promise.all(names.map((name) => redis.exists(name)))
      return found.every((there) => there === 1)
    }
    return await until(all, { deadlineMs: NEW_LIFE_MS_MAX, what: 'new lives', everyMs: 100 }).catch(
      () => false,
    )
  } finally {
    redis.disconnect()
  }
}
