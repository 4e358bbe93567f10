import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareIds, idTimeMs, postId, SHARDS, shardOf, userId } from '../../shared/ids.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'

let database: FreshDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await freshDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 8 })
})
afterAll(async () => {
  await pool.end()
  await database[Symbol.asyncDispose]()
})

const insertPost = (shard: number) =>
  pool.query<{ id: string }>(
    `insert into posts (shard, id, author_id, text, delivery, created_at)
     select shard_of(id), id, $1, 'a post', 'push', now() from mint_id($2) id returning id`,
    [1, shard],
  )

describe('ids minted by Postgres', () => {
  it('are unique and follow time, from eight connections at once', async () => {
    const before = Date.now()
    const batches = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        pool.query<{ id: string }>('select mint_id($1) as id from generate_series(1, 500)', [
          at % SHARDS,
        ]),
      ),
    )
    const after = Date.now()
    const ids = batches.flatMap(({ rows }) => rows.map(({ id }) => postId(id)))

    expect(new Set(ids).size).toBe(ids.length)
    for (const { rows } of batches) {
      const times = rows.map(({ id }) => idTimeMs(postId(id)))
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    }
    for (const id of ids) {
      expect(idTimeMs(id)).toBeGreaterThanOrEqual(before - 1)
      expect(idTimeMs(id)).toBeLessThanOrEqual(after + 1)
    }
  })

  it('carry the shard that is asked for, and have 19 digits', async () => {
    const { rows } = await pool.query<{ shard: number; id: string; read: number }>(
      'select s as shard, id, shard_of(id) as read from generate_series(0, 63) s, mint_id(s) id',
    )
    for (const { shard, id, read } of rows) {
      expect(shardOf(postId(id))).toBe(shard)
      expect(read).toBe(shard)
      expect(id).toHaveLength(19)
    }
    expect(rows).toHaveLength(SHARDS)
  })

  it('spread users over all shards', async () => {
    const { rows } = await pool.query<{ id: string }>(
      'select mint_user_id() as id from generate_series(1, 640)',
    )
    const shards = rows.map(({ id }) => shardOf(userId(id)))
    for (let shard = 0; shard < SHARDS; shard += 1) {
      expect(shards.filter((s) => s === shard)).toHaveLength(10)
    }
  })

  it('can be minted for a past date', async () => {
    const at = new Date('2019-03-04T05:06:07.891Z')
    const { rows } = await pool.query<{ id: string }>('select mint_id_at(5, $1) as id', [at])
    const id = postId(rows[0]?.id ?? '')
    expect(idTimeMs(id)).toBe(at.getTime())
    const { rows: now } = await pool.query<{ id: string }>('select mint_id(5) as id')
    expect(compareIds(id, now[0]?.id ?? '')).toBeLessThan(0)
  })
})

describe('a post found by its id alone', () => {
  it('is looked for in exactly one partition, also by a prepared statement’s generic plan', async () => {
    const id = (await insertPost(37)).rows[0]?.id ?? ''
    const client = await pool.connect()
    try {
      await client.query('set plan_cache_mode = force_generic_plan')
      const look = `prepare look(bigint) as select * from posts where shard = shard_of($1) and id = $1`
      await client.query(look)
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain (analyze, costs off, timing off, summary off, buffers off) execute look(${id})`,
      )
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan.match(/ on posts_\d\d/g)).toEqual([' on posts_09'])
      expect(plan).toContain('Index Scan using posts_09_pkey')
    } finally {
      client.release(true)
    }
  })

  it('cannot lie in another partition', async () => {
    const wrong = pool.query(
      `insert into posts (shard, id, author_id, text, delivery, created_at)
       values (3, mint_id(4), 1, 'a post', 'push', now())`,
    )
    await expect(wrong).rejects.toThrow(/posts_shard/)
  })
})
