import pg from 'pg'
import { migrate } from '../../../drizzle/migrate.ts'

/** Every run begins at the same moment, so the same commands mint the same ids. */
export const BEGINNING_MS = Date.UTC(2026, 2, 1, 12)

/**
 * Time of a database that only moves when a test says so. It is a sequence, since all sessions see a
 * sequence at once, whatever their snapshots show. Each look at the clock is a microsecond later than the
 * one before it, as it is in life: what compares two moments may rely on their order.
 */
const CLOCK = `
  create schema virtual;
  create sequence virtual.microseconds as bigint minvalue 0 start 0;
  create function virtual.clock_timestamp() returns timestamptz language sql volatile
    return timestamptz '${new Date(BEGINNING_MS).toISOString()}'
      + nextval('virtual.microseconds') * interval '1 microsecond';
  create function virtual.statement_timestamp() returns timestamptz language sql volatile
    return (select timestamptz '${new Date(BEGINNING_MS).toISOString()}'
      + last_value * interval '1 microsecond' from virtual.microseconds);
  create function virtual.now() returns timestamptz language sql volatile
    return (select timestamptz '${new Date(BEGINNING_MS).toISOString()}'
      + last_value * interval '1 microsecond' from virtual.microseconds);
`

/**
 * A migrated database under the virtual clock. The path comes before the migrations: defaults and functions
 * bind the clock's name when they are made.
 */
export async function makeVirtualDatabase(serverUrl: string, name: string): Promise<string> {
  const url = serverUrl.replace(/\/[^/]*$/, `/${name}`)
  await onceConnected(serverUrl, async (client) => {
    await client.query(`create database ${name}`)
    await client.query(`alter database ${name} set search_path = virtual, pg_catalog, public`)
  })
  await onceConnected(url, (client) => client.query(CLOCK))
  await migrate(url)
  return url
}

async function onceConnected(
  url: string,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

export interface VirtualClock {
  readonly now: () => number
  advance(ms: number): Promise<void>
}

/** The same time for the processes of the world and for Postgres, which is never behind. */
export function virtualClock(pool: pg.Pool): VirtualClock {
  let elapsedMs = 0
  return {
    now: () => BEGINNING_MS + elapsedMs,
    async advance(ms) {
      const { rows } = await pool.query<{ us: string }>(
        `select setval('virtual.microseconds', greatest(last_value, $1)) as us from virtual.microseconds`,
        [String((elapsedMs + ms) * 1000)],
      )
      // Thousands of looks at the clock within a millisecond have moved it on by themselves.
      elapsedMs = Math.floor(Number(rows[0]?.us) / 1000)
    },
  }
}
