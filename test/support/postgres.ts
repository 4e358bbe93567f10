import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export interface FreshDatabase {
  readonly url: string
  [Symbol.asyncDispose](): Promise<void>
}

/** A migrated database of its own, on the run's one server: `await using db = await freshDatabase()`. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = inject('postgresUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await run(server, `create database ${name} template headwater_template`)
  return {
    url: server.replace(/\/[^/]*$/, `/${name}`),
    // Forced: what a test left open must not fail the next one.
    [Symbol.asyncDispose]: () => run(server, `drop database if exists ${name} with (force)`),
  }
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
