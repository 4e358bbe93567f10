import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresCounts } from '../../../origin/adapters/postgres/counts.ts'
import { postgresEventLog } from '../../../origin/adapters/postgres/event-log.ts'
import { postgresOutbox } from '../../../origin/adapters/postgres/outbox.ts'
import { oneNode } from '../../../origin/adapters/redis/connection.ts'
import { redisProjectionFills } from '../../../origin/adapters/redis/projection-fills.ts'
import { count } from '../../../origin/count/count.ts'
import { recounter } from '../../../origin/count/recounter.ts'
import type { CountStore } from '../../../origin/ports/count-store.ts'
import type { UserId } from '../../../shared/ids.ts'
import { keys, logPartitionOf, pairKey } from '../../../shared/keys.ts'
import { freshPool } from '../../support/pool.ts'
import { freshRedis } from '../../support/redis.ts'
import { connectTo } from '../../support/redis-connection.ts'
import { until } from '../../support/until.ts'

async function users(pool: pg.Pool, howMany: number): Promise<UserId[]> {
  const { rows } = await pool.query<{ id: UserId }>(
    `insert into users (handle, name) select 'user' || n, 'User' from generate_series(1, $1) n returning id`,
    [howMany],
  )
  return rows.map(({ id }) => id)
}

/** A follow, or its end, with its event. */
async function relate(pool: pg.Pool, follows: boolean, from: UserId, to: UserId): Promise<void> {
  const event = {
    type: 'relation.changed',
    kind: 'follow',
    from,
    to,
    viewers: [{ viewer: from, version: 2 }],
  }
  const change = follows
    ? 'insert into follows (follower_id, followee_id) values ($1, $2) on conflict do nothing'
    : 'delete from follows where follower_id = $1 and followee_id = $2'
  const key = pairKey(from, to)
  const client = await pool.connect()
  await client.query('begin')
  await client.query(change, [from, to])
  await client.query('insert into outbox (partition, key, event) values ($1, $2, $3)', [
    logPartitionOf(key),
    key,
    JSON.stringify(event),
  ])
  await client.query('commit')
  client.release()
}

/** Rows that do not say what a plain count says. */
const WRONG = `
  select user_id from user_counts where followers < 0 or following < 0 or posts < 0
    or followers <> (select count(*) from follows where followee_id = user_id)
    or following <> (select count(*) from follows where follower_id = user_id)
    or posts <> (select count(*) from posts where author_id = user_id and deleted_at is null)`

describe('counts', () => {
  it('come true after follows, unfollows and posts by many, with two workers', async () => {
    const { pool, another } = await freshPool(10)
    const server = await freshRedis()
    onTestFinished(() => server[Symbol.asyncDispose]())
    const redis = await connectTo(server.url)
    const people = await users(pool, 8)
    const stopping = new AbortController()
    const workers = [1, 2].map(() => {
      const own = another(6)
      const log = postgresEventLog(
        {
          pool: own,
          outbox: postgresOutbox(own),
          wakeups: { listen: () => () => undefined },
          pace: nodePace,
          member: randomUUID(),
          onFailure: () => undefined,
        },
        { beatMs: 50, pollMs: 5 },
      )
      const fills = redisProjectionFills({ nodes: oneNode(redis), now: Date.now })
      return count({ log, counts: postgresCounts(own), fills, pace: nodePace }, stopping.signal)
    })
    onTestFinished(async () => {
      stopping.abort()
      await Promise.all(workers)
    })

    // What is no event is passed over: it must not hold up the counts behind it.
    await pool.query(
      `insert into outbox (partition, key, event) select n, '1', 'null' from generate_series(0, 7) n`,
    )
    const pick = (at: number) => people[at % people.length] ?? ('1' as UserId)
    for (let round = 0; round < 12; round += 1) {
      await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          relate(pool, (round + at) % 3 !== 0, pick(at), pick(at + 1 + (round % 7))),
        ),
      )
    }
    // Workers gather until a tick brings them back.
    const isTrue = async () => {
      await pool.query(
        `insert into ticks (n, at, horizon) select coalesce(max(n), 0) + 1, statement_timestamp(),
           '1:' || pg_current_snapshot()::text from ticks`,
      )
      const counted = await pool.query('select from user_counts')
      const wrong = await pool.query(WRONG)
      return counted.rowCount === people.length && wrong.rowCount === 0
    }
    await until(isTrue)
    const { rows } = await pool.query<{ followers: string; version: string }>(
      'select followers, version from user_counts where user_id = $1',
      [people[0]],
    )
    const stored = async () => await redis.hgetall(keys.userCounts(people[0] ?? ('1' as UserId)))
    await until(async () => (await stored())['v'] === rows[0]?.version)

    expect(JSON.parse((await stored())['j'] ?? '{}')).toMatchObject({
      followers: Number(rows[0]?.followers),
    })
  })

  it('are never older under a higher version, however recounts overlap', async () => {
    const { pool } = await freshPool(10)
    const [ann, ...others] = (await users(pool, 30)) as [UserId, ...UserId[]]
    const store = postgresCounts(pool)
    const seen: { followers: number; version: number }[] = []
    const recounting = Array.from({ length: 4 }, async () => {
      for (let round = 0; round < 15; round += 1) {
        const counted = (await store.recount([ann])).get(ann)
        if (counted !== undefined) seen.push(counted)
      }
    })
    for (const other of others) await relate(pool, true, other, ann)
    await Promise.all(recounting)
    const byVersion = seen.toSorted((a, b) => a.version - b.version)

    expect(new Set(byVersion.map(({ version }) => version)).size).toBe(60)
    expect(byVersion.map(({ followers }) => followers)).toEqual(
      byVersion.map(({ followers }) => followers).toSorted((a, b) => a - b),
    )
  })

  it('are missing for who does not exist', async () => {
    const { pool } = await freshPool(2)

    expect((await postgresCounts(pool).recount(['7' as UserId])).size).toBe(0)
    expect((await pool.query('select from user_counts')).rowCount).toBe(0)
  })
})

describe('a round of recounting', () => {
  it('counts who is asked for by many once, at most every second', async () => {
    let time = 5_000
    const rounds: { at: number; users: readonly UserId[] }[] = []
    const counts: CountStore = {
      async recount(asked) {
        rounds.push({ at: time, users: asked })
        return new Map()
      },
    }
    const sleep = async (ms: number) => void (time += ms)
    const shared = recounter(
      {
        counts,
        fills: { counts: async () => undefined },
        pace: { now: () => time, sleep, random: () => 0 },
      },
      new AbortController().signal,
    )
    const [ann, ben] = ['1' as UserId, '2' as UserId]
    await Promise.all([shared.recount(new Set([ann, ben])), shared.recount(new Set([ann]))])
    await shared.recount(new Set([ben]))

    expect(rounds).toEqual([
      { at: 5_000, users: [ann, ben] },
      { at: 6_000, users: [ben] },
    ])
  })
})
