import { randomUUID } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { LOCKS } from '../../drizzle/locks.ts'
import { migrate } from '../../drizzle/migrate.ts'
import { OUTBOX_PARTITION_MS } from '../../shared/limits.ts'
import { freshDatabase } from '../support/postgres.ts'

const DRIZZLE = path.resolve(import.meta.dirname, '..', '..', 'drizzle')

const server = new pg.Pool({ connectionString: inject('postgresUrl'), max: 2 })
afterAll(() => server.end())

/** Without a schema: what a first start finds. */
async function emptyDatabase() {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await server.query(`create database ${name}`)
  return {
    url: inject('postgresUrl').replace(/\/[^/]*$/, `/${name}`),
    [Symbol.asyncDispose]: async () => {
      await server.query(`drop database if exists ${name} with (force)`)
    },
  }
}

async function rowsOf<Row extends pg.QueryResultRow>(url: string, sql: string, values?: unknown[]) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql, values)).rows
  } finally {
    await client.end()
  }
}

describe('migrating', () => {
  it('is done once by two that start at the same moment', async () => {
    await using database = await emptyDatabase()
    await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)])

    const files = (await readdir(path.join(DRIZZLE, 'migrations'))).filter((f) =>
      f.endsWith('.sql'),
    )
    const applied = await rowsOf(database.url, 'select * from drizzle.__drizzle_migrations')
    expect(applied).toHaveLength(files.length)
    expect(await rowsOf(database.url, 'select key, value from settings')).toEqual([
      { key: 'epoch', value: 1 },
    ])
  })

  it('again changes nothing', async () => {
    await using database = await freshDatabase()
    // Without the outbox's partitions: as time goes on, more are due.
    const shape = `select table_name, column_name from information_schema.columns
                    where table_name !~ '^outbox_[0-9]' order by 1, 2`
    const before = await rowsOf(database.url, shape)
    await migrate(database.url)

    expect(await rowsOf(database.url, shape)).toEqual(before)
  })

  it('makes outbox partitions ahead, and only those that are missing', async () => {
    await using database = await freshDatabase()
    const later = new Date(Date.now() + OUTBOX_PARTITION_MS * 10)
    const made = async () =>
      (
        await rowsOf<{ made: number }>(
          database.url,
          'select ensure_outbox_partitions($1) as made',
          [later],
        )
      )[0]?.made

    expect(await made()).toBe(6)
    expect(await made()).toBe(0)
    const [bounds] = await rowsOf<{ width: number }>(
      database.url,
      `select extract(epoch from max(upto) - max(since)) * 1000 as width from (
         select (regexp_match(pg_get_expr(relpartbound, oid), 'FROM \\(''(.*?)''\\)'))[1]::timestamptz as since,
                (regexp_match(pg_get_expr(relpartbound, oid), 'TO \\(''(.*?)''\\)'))[1]::timestamptz as upto
         from pg_class where relname like 'outbox\\_2%' and relispartition) bounds`,
    )
    expect(Number(bounds?.width)).toBe(OUTBOX_PARTITION_MS)
  })

  it('lets writers go on while a transaction is open and a partition is made', async () => {
    await using database = await freshDatabase()
    await using stack = new AsyncDisposableStack()
    const open = stack.adopt(new pg.Client({ connectionString: database.url }), (c) => c.end())
    await open.connect()
    await open.query('begin')
    await open.query(`insert into outbox (partition, key, event) values (0, 'k', '{}')`)

    const later = new Date(Date.now() + OUTBOX_PARTITION_MS * 10)
    const made = await rowsOf(
      database.url,
      `select set_config('lock_timeout', '2s', false), ensure_outbox_partitions($1) as made`,
      [later],
    )
    expect(made).toMatchObject([{ made: 6 }])
    await open.query('commit')
  })

  it('spells the lock of the partitions as the table of locks does', async () => {
    const sql = await readFile(path.join(DRIZZLE, 'migrations', '0002_partitions.sql'), 'utf8')
    expect(sql).toContain(`pg_advisory_xact_lock(${LOCKS.outboxPartitions})`)
    expect(new Set(Object.values(LOCKS)).size).toBe(Object.keys(LOCKS).length)
  })

  it('says of every index and key which query it serves', async () => {
    const folder = path.join(DRIZZLE, 'schema')
    const texts = await Promise.all(
      (await readdir(folder)).map((file) => readFile(path.join(folder, file), 'utf8')),
    )
    const lines = texts.flatMap((text) => text.split('\n'))
    const indexes = lines.flatMap((line, at) =>
      /^\s+(\(t\) => \[)?(index|uniqueIndex|primaryKey)\(/.test(line)
        ? [{ line: line.trim(), comment: lines[at - 1]?.trim() ?? '' }]
        : [],
    )
    expect(indexes.length).toBeGreaterThan(12)
    const silent = indexes.filter(({ comment }) => !comment.startsWith('// '))
    expect(silent).toEqual([])
  })
})
