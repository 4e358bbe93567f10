import pg from 'pg'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { filledTemplate, freshDatabase } from '../../support/postgres.ts'
import { freshRedis, keepSnapshot } from '../../support/redis.ts'

describe('a private Redis', () => {
  it('finds everything as it was after a stop', async () => {
    await using redis = await freshRedis()
    await say(redis.url, (client) => client.set('a', '1'))
    await redis.stop()
    await redis.start()

    expect(await say(redis.url, (client) => client.get('a'))).toBe('1')
  })

  it('loses what came after its snapshot when it is killed', async () => {
    await using redis = await freshRedis()
    await say(redis.url, (client) => client.set('a', '1'))
    await say(redis.url, (client) => client.save())
    const snapshot = await keepSnapshot(redis)
    await say(redis.url, (client) => client.set('a', '2'))
    await say(redis.url, (client) => client.save())
    await redis.kill()
    await snapshot.restore()
    await redis.start()

    expect(await say(redis.url, (client) => client.get('a'))).toBe('1')
  })

  it('evicts only what carries an expiry', async () => {
    await using redis = await freshRedis()

    expect(await say(redis.url, (client) => client.config('GET', 'maxmemory-policy'))).toEqual([
      'maxmemory-policy',
      'volatile-lfu',
    ])
  })
})

describe('a fresh database', () => {
  it('is Postgres 18, in UTF-8, on loopback alone', async () => {
    await using database = await freshDatabase()
    const rows = await ask(
      database.url,
      `select current_setting('server_version_num')::int / 10000 as version,
              current_setting('server_encoding') as encoding,
              current_setting('listen_addresses') as listen,
              current_setting('max_connections') as connections`,
    )

    expect(rows).toEqual([
      { version: 18, encoding: 'UTF8', listen: '127.0.0.1', connections: '200' },
    ])
  })
})

describe('a filled template', () => {
  it('is filled once, however many ask for it', async () => {
    let fills = 0
    const fill = async (url: string) => {
      fills += 1
      await ask(url, 'create table filled as select 1 as one')
    }
    const name = 'template_of_a_test'
    const [template] = await Promise.all([filledTemplate(name, fill), filledTemplate(name, fill)])
    await using database = await freshDatabase(template)

    expect(fills).toBe(1)
    expect(await ask(database.url, 'select one from filled')).toEqual([{ one: 1 }])
  })
})

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

async function say<T>(url: string, ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null })
  try {
    return await ask(client)
  } finally {
    client.disconnect()
  }
}
