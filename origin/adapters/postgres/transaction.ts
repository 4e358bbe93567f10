import type { ClientBase, Pool, PoolClient } from 'pg'

/** All of the work or nothing; each of its statements sees what was committed before it. */
export async function transaction<T>(
  pool: Pool,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin isolation level read committed')
    const result = await work(client)
    await client.query('commit')
    client.release()
    return result
  } catch (error) {
    await abandon(client)
    throw error
  }
}

/** A connection that cannot even roll back is closed, and Postgres rolls back by itself. */
async function abandon(client: PoolClient): Promise<void> {
  try {
    await client.query('rollback')
    client.release()
  } catch (error) {
    client.release(error instanceof Error ? error : true)
  }
}
