import path from 'node:path'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { LOCKS } from './locks.ts'

const FOLDER = path.join(import.meta.dirname, 'migrations')
const CONNECT_DEADLINE_MS = 10_000

/**
 * Brings the database to the newest schema and makes outbox partitions ahead. Two at once are a handled
 * case: the second waits for the lock of the first and then finds nothing to do. The lock is the
 * session's, so a process that dies in the middle frees it, and its transaction leaves nothing.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'headwater-migrate',
    connectionTimeoutMillis: CONNECT_DEADLINE_MS,
  })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCKS.migrate])
    // `if not exists` inside says so, each time, for the migrator's own table.
    await client.query('set client_min_messages = warning')
    await applyMigrations(drizzle(client), { migrationsFolder: FOLDER })
    await client.query('select ensure_outbox_partitions()')
  } finally {
    await client.end()
  }
}
