import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import {
  dropPartitions,
  makePartitions,
} from '../../../../origin/adapters/postgres/outbox-partitions.ts'
import { freshPool } from '../../../support/pool.ts'

const HOUR_MS = 3_600_000

async function anOldPartition(pool: pg.Pool): Promise<void> {
  await pool.query(`select ensure_outbox_partitions(clock_timestamp() - interval '3 days')`)
  await pool.query(
    `insert into outbox (at, partition, key, event) values (clock_timestamp() - interval '3 days', 0, '1', '{}')`,
  )
}

const group = (pool: pg.Pool, name: string, horizon: string) =>
  pool.query(
    `insert into log_positions (group_name, partition, horizon, at) values ($1, 0, ${horizon}, now())
     on conflict (group_name, partition) do update set horizon = excluded.horizon`,
    [name],
  )

/** Beyond every transaction of the run's one server, whose other databases hold back a real snapshot. */
const BEYOND_ALL = `'1:999999999:999999999:'`

async function partitions(pool: pg.Pool, parent: string): Promise<number> {
  const { rows } = await pool.query<{ many: string }>(
    'select count(*) as many from pg_inherits where inhparent = $1::regclass',
    [parent],
  )
  return Number(rows[0]?.many)
}

async function dropOld(pool: pg.Pool): Promise<number> {
  const client = await pool.connect()
  try {
    return await dropPartitions(client, 24 * HOUR_MS)
  } finally {
    client.release()
  }
}

describe('partitions of the outbox', () => {
  it('go when they are old and every group has read them, with their ticks', async () => {
    const { pool } = await freshPool()
    await anOldPartition(pool)
    await group(pool, 'quick', BEYOND_ALL)
    await group(pool, 'slow', `'1:3:3:'`)
    const before = await partitions(pool, 'outbox')
    // The three of three days ago, of which two are empty and none is needed.
    expect(await dropOld(pool)).toBe(2)
    await group(pool, 'slow', BEYOND_ALL)
    expect(await dropOld(pool)).toBe(1)

    expect(await partitions(pool, 'outbox')).toBe(before - 3)
    expect(await partitions(pool, 'ticks')).toBe(before - 3)
    expect(await dropOld(pool)).toBe(0)
  })

  it('stay for a group whose position is of another epoch', async () => {
    const { pool } = await freshPool()
    await anOldPartition(pool)
    await group(pool, 'restored', `'2:999999999:999999999:'`)

    expect(await dropOld(pool)).toBe(0)
  })

  it('stay while somebody holds a lock, without keeping writers waiting', async () => {
    const { pool } = await freshPool()
    await anOldPartition(pool)
    const reader = await pool.connect()
    await reader.query('begin; select from outbox')
    expect(await dropOld(pool)).toBe(0)
    await reader.query('commit')
    reader.release()

    expect(await dropOld(pool)).toBe(3)
  })

  it('are made ahead', async () => {
    const { pool } = await freshPool()
    const client = await pool.connect()
    await client.query('drop table ' + (await newest(pool)))

    expect(await makePartitions(client)).toBe(1)
    expect(await makePartitions(client)).toBe(0)
    client.release()
  })
})

async function newest(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `select max(inhrelid::regclass::text) as name from pg_inherits where inhparent = 'outbox'::regclass`,
  )
  return rows[0]?.name ?? ''
}
