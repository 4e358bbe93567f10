import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { until } from './until.ts'

const CONNECTIONS_END_MS = 500

export interface FreshDatabase {
  readonly url: string
  [Symbol.asyncDispose](): Promise<void>
}

/** A migrated database of its own, on the run's one server: `await using db = await freshDatabase()`. */
export async function freshDatabase(
  { template }: { template: string } = { template: 'headwater_template' },
): Promise<FreshDatabase> {
  const server = inject('postgresUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await run(server, `create database ${name} template ${template}`)
  return {
    url: server.replace(/\/[^/]*$/, `/${name}`),
    async [Symbol.asyncDispose]() {
      await connected(server, async (client) => {
        await untilNobodyIsConnected(client, name)
        // Forced: what a test left open must not fail the next one.
        await client.query(`drop database if exists ${name} with (force)`)
      })
    },
  }
}

/** A pool has ended a little before its connections have: to end those by force would fail the test that owned them. */
async function untilNobodyIsConnected(client: pg.Client, name: string): Promise<void> {
  const isFree = async () => {
    const { rowCount } = await client.query('select from pg_stat_activity where datname = $1', [
      name,
    ])
    return rowCount === 0
  }
  // What a test left open on purpose stays so: then nobody is waited for any longer.
  await until(isFree, CONNECTIONS_END_MS).catch(() => undefined)
}

/**
 * A template that is filled once for each run: whoever comes first fills it, the others, in other
 * processes too, wait for that. `fill` is given the URL of the half-made database.
 */
export async function filledTemplate(
  name: string,
  fill: (url: string) => Promise<void>,
): Promise<{ template: string }> {
  const server = inject('postgresUrl')
  await connected(server, async (client) => {
    await client.query('select pg_advisory_lock(hashtext($1))', [name])
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 1) return
    const draft = `${name}_draft`
    await client.query(`drop database if exists ${draft} with (force)`)
    await client.query(`create database ${draft} template headwater_template`)
    await fill(server.replace(/\/[^/]*$/, `/${draft}`))
    await client.query(`alter database ${draft} rename to ${name}`)
  })
  return { template: name }
}

const run = (url: string, statement: string): Promise<unknown> =>
  connected(url, (client) => client.query(statement))

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
