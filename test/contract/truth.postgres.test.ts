import type pg from 'pg'
import { afterAll, expect, it } from 'vitest'
import { postgresPool } from '../../origin/adapters/postgres/pool.ts'
import { postgresTruth } from '../../origin/adapters/postgres/truth.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'
import { truthContract, type TruthUnderTest } from './truth.ts'

const RELATIONS = {
  follow: 'insert into follows (follower_id, followee_id) select $1, unnest($2::bigint[])',
  block: 'insert into blocks (blocker_id, blocked_id) select $1, unnest($2::bigint[])',
  mute: 'insert into mutes (muter_id, muted_id) select $1, unnest($2::bigint[])',
} as const

const POSTS = `
  insert into posts (shard, id, author_id, text, delivery, created_at)
  select shard_of(id), id, $1, 'text', $3::delivery_kind, at
  from (
    select mint_id_at(shard_of($1)::int, at) as id, at from (
      select timestamptz '2026-01-01Z' + s * interval '1 second' as at from unnest($2::int[]) s
    ) moments
  ) minted returning id as value`

let names = 0
let opened: { readonly pool: pg.Pool; readonly database: FreshDatabase } | undefined
afterAll(async () => {
  await opened?.pool.end()
  await opened?.database[Symbol.asyncDispose]()
})

async function open(): Promise<pg.Pool> {
  if (opened !== undefined) return opened.pool
  const database = await freshDatabase()
  const options = { max: 4, statementTimeoutMs: 10_000, applicationName: 'test' }
  opened = { database, pool: postgresPool(database.url, options) }
  return opened.pool
}

async function truthInPostgres(): Promise<TruthUnderTest> {
  const pool = await open()
  const column = async <Value>(text: string, values: unknown[]): Promise<Value[]> =>
    (await pool.query<{ value: Value }>(text, values)).rows.map(({ value }) => value)

  return {
    truth: postgresTruth(pool),
    users(count) {
      names += 1
      return column<UserId>(
        `insert into users (handle, name) select 'user_' || $1 || '_' || n, 'User ' || n
         from generate_series(1, $2::int) n returning id as value`,
        [names, count],
      )
    },
    posts: (author, seconds, delivery = 'push') =>
      column<PostId>(POSTS, [author, seconds, delivery]),
    async relate(relation, from, to) {
      await pool.query(RELATIONS[relation], [from, to])
    },
    async followDaysAgo(from, to, days) {
      await pool.query(`insert into follows values ($1, $2, now() - $3 * interval '1 day')`, [
        from,
        to,
        days,
      ])
    },
    async remove(ids) {
      await pool.query(
        'update posts set deleted_at = now(), version = version + 1 where id = any($1::bigint[])',
        [ids],
      )
    },
    async rename(user, name, version) {
      const text = 'update users set version = $3, name = $2 where id = $1'
      await pool.query(text, [user, name, version])
    },
    async count(user, { followers, following, posts, version }) {
      const counts = [user, followers, following, posts, version]
      await pool.query('insert into user_counts values ($1, $2, $3, $4, $5)', counts)
    },
    async hold() {
      const client = await pool.connect()
      await client.query('begin')
      const { rows } = await client.query<{ xid: string }>(
        'select pg_current_xact_id()::text as xid',
      )
      return {
        xid: Number(rows[0]?.xid),
        async commit() {
          await client.query('commit')
          client.release()
        },
      }
    },
  }
}

truthContract(truthInPostgres)

it('Postgres reads each author in the one partition that its posts are in', async () => {
  const [author = expect.unreachable()] = await (await truthInPostgres()).users(1)
  const pool = await open()
  const plan = await pool.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, costs off) select id from posts p
     where p.shard = shard_of(${author}) and p.author_id = ${author} and p.deleted_at is null
     order by id desc limit 5`,
  )
  const scans = plan.rows.map((row) => row['QUERY PLAN']).filter((line) => / on posts_/.test(line))
  expect(scans).toHaveLength(1)
})
