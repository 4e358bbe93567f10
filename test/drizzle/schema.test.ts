import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { CasingCache } from 'drizzle-orm/casing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as schema from '../../drizzle/schema/index.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'

let database: FreshDatabase
let client: pg.Client
beforeAll(async () => {
  database = await freshDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database[Symbol.asyncDispose]()
})

const tables = Object.values(schema).flatMap((value) => (is(value, PgTable) ? [value] : []))
const casing = new CasingCache('snake_case')

describe('the tables as TypeScript has them', () => {
  it('are those that the migrations made: columns, types and whether they may be null', async () => {
    expect(tables.length).toBeGreaterThan(12)
    for (const table of tables) {
      const { name, columns } = getTableConfig(table)
      const { rows } = await client.query<{ name: string; type: string; required: boolean }>(
        `select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required
         from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
        [name],
      )
      const described = columns.map((column) => ({
        name: casing.getColumnCasing(column),
        type: column.getSQLType(),
        required: column.notNull,
      }))
      expect({ name, columns: sorted(rows) }).toEqual({ name, columns: sorted(described) })
    }
  })

  it('name each index that is there, and no other', async () => {
    const { rows } = await client.query<{ name: string }>(
      `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
       join pg_class t on t.oid = i.indrelid
       where t.relnamespace = 'public'::regnamespace and not t.relispartition and not i.indisprimary`,
    )
    const described = tables.flatMap((table) =>
      getTableConfig(table).indexes.map(({ config }) => config.name ?? ''),
    )
    expect(rows.map(({ name }) => name).toSorted()).toEqual(described.toSorted())
  })
})

const sorted = <Column extends { readonly name: string }>(columns: readonly Column[]) =>
  columns.toSorted((a, b) => (a.name < b.name ? -1 : 1))
