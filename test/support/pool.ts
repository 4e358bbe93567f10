import pg from 'pg'
import { onTestFinished } from 'vitest'
import { freshDatabase } from './postgres.ts'

export interface TestPool {
  readonly url: string
  readonly pool: pg.Pool
  /** Another pool of the same database: another process. It may be ended early. */
  readonly another: (max?: number) => pg.Pool
}

/** Connections to a migrated database of its own, which goes when the test has finished. */
export async function freshPool(max = 6): Promise<TestPool> {
  const database = await freshDatabase()
  const pools: pg.Pool[] = []
  const another = (size = max) => {
    const pool = new pg.Pool({
      connectionString: database.url,
      max: size,
      // Who waits in line for a pool that was ended would wait for ever.
      connectionTimeoutMillis: 1_000,
    })
    // Connections that still close are ended when the database is dropped.
    pool.on('error', () => undefined)
    pools.push(pool)
    return pool
  }
  onTestFinished(async () => {
    await Promise.all(pools.filter(({ ending }) => !ending).map((each) => each.end()))
    await database[Symbol.asyncDispose]()
  })
  return { url: database.url, pool: another(), another }
}
