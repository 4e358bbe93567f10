import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedSample } from '../../scripts/sample/seed-sample.ts'
import { CreatePost } from '../../shared/post.ts'
import { Handle } from '../../shared/user.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'

let database: FreshDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await freshDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 4 })
})
afterAll(async () => {
  await pool.end()
  await database[Symbol.asyncDispose]()
})

const rows = async <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
  (await pool.query<Row>(sql, values)).rows
const number = async (sql: string, values: unknown[] = []) =>
  Number((await rows<{ n: string }>(`select (${sql}) as n`, values))[0]?.n)

describe('the sample', () => {
  it('is loaded once, by two that start at the same moment', async () => {
    const said: string[] = []
    const startedAt = performance.now()
    const both = await Promise.all([
      seedSample(database.url, { onProgress: (words) => void said.push(words) }),
      seedSample(database.url, { onProgress: (words) => void said.push(words) }),
    ])
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    expect(both[0]).toEqual(both[1])
    expect(said).toHaveLength(3)
    expect(await number('select count(*) from users')).toBe(2_000)
    expect(await seedSample(database.url)).toEqual(both[0])
    expect(await number('select count(*) from users')).toBe(2_000)
  })

  it('has a few accounts above its threshold, and most far below', async () => {
    const threshold = await number(`select value from settings where key = 'delivery.threshold'`)
    const above = await number('select count(*) from user_counts where followers >= $1', [
      threshold,
    ])
    expect(above).toBeGreaterThanOrEqual(5)
    expect(above).toBeLessThanOrEqual(40)
    const median = await number(
      'select percentile_disc(0.5) within group (order by followers) from user_counts',
    )
    expect(median).toBeLessThan(threshold / 5)
    expect(
      await rows(
        `select p.id from posts p join user_counts c on c.user_id = p.author_id
         where (p.delivery = 'pull') <> (c.followers >= $1) limit 1`,
        [threshold],
      ),
    ).toEqual([])
  })

  it('counts what is there', async () => {
    expect(
      await rows(
        `select user_id from user_counts
         left join (select followee_id, count(*) as n from follows group by 1) a on followee_id = user_id
         left join (select follower_id, count(*) as n from follows group by 1) b on follower_id = user_id
         left join (select author_id, count(*) as n from posts group by 1) c on author_id = user_id
         where (followers, following, posts) <> (coalesce(a.n, 0), coalesce(b.n, 0), coalesce(c.n, 0))`,
      ),
    ).toEqual([])
  })

  it('holds posts that one could have written, in seven languages, with ids of their time', async () => {
    const posts = await rows<{ text: string; language: string }>(
      'select text, language from posts order by id',
    )
    expect(posts.length).toBeGreaterThan(10_000)
    for (const { text, language } of posts) {
      expect(CreatePost.safeParse({ text, language }).success).toBe(true)
      expect(text).not.toMatch(/[{}]/)
    }
    expect(new Set(posts.map(({ language }) => language)).size).toBe(7)
    expect(new Set(posts.map(({ text }) => text)).size).toBeGreaterThan(posts.length / 4)
    expect(
      await number(
        `select count(*) from posts where (id >> 22) + 946684800000
           <> trunc(extract(epoch from created_at) * 1000)`,
      ),
    ).toBe(0)
    expect(
      await number(`select count(*) from posts where created_at > now() - interval '1 hour'`),
    ).toBeGreaterThan(5)
  })

  it('has a viewer with a feed, and handles that the API takes', async () => {
    const { viewerHandle } = await seedSample(database.url)
    const feed = await number(
      `select count(*) from posts p join follows f on f.followee_id = p.author_id
       join users u on u.id = f.follower_id where u.handle = $1`,
      [viewerHandle],
    )
    expect(feed).toBeGreaterThan(500)
    for (const { handle } of await rows<{ handle: string }>('select handle from users')) {
      expect(Handle.safeParse(handle).success).toBe(true)
    }
  })
})
