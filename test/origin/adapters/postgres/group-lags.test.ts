import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { postgresGroupLags } from '../../../../origin/adapters/postgres/group-lags.ts'
import { logLeases } from '../../../../origin/adapters/postgres/log-leases.ts'
import { postgresOutbox } from '../../../../origin/adapters/postgres/outbox.ts'
import { postgresPublications } from '../../../../origin/adapters/postgres/publications.ts'
import { LOG_PARTITIONS } from '../../../../shared/keys.ts'
import { freshPool } from '../../../support/pool.ts'

const EVENT = JSON.stringify({ type: 'user.changed', user: '1', version: 1 })

const write = (client: pg.Pool | pg.PoolClient, partition: number) =>
  client.query('insert into outbox (partition, key, event) values ($1, $2, $3)', [
    partition,
    String(partition),
    EVENT,
  ])

async function aLog() {
  const { pool } = await freshPool()
  const lags = postgresGroupLags(pool)
  const leases = logLeases(pool, { group: 'deliver', member: 'a', leaseMs: 60_000 })
  await leases.register()
  await leases.take(LOG_PARTITIONS)
  const lagOf = async (group: string) => (await lags.read()).find((each) => each.group === group)
  return {
    pool,
    leases,
    lagOf,
    /** As a consumer of that partition that has done everything. */
    commit: async (partition: number) => {
      const outbox = postgresOutbox(pool)
      const from = await leases.position(partition)
      if (from === undefined) throw new Error('the partition is not held')
      await leases.commit(partition, (await outbox.read(from, partition)).position)
    },
  }
}

describe('the lag of a group on the outbox', () => {
  it('counts the events before each of its positions', async () => {
    const { pool, lagOf, commit } = await aLog()
    for (const partition of [3, 3, 3, 5]) await write(pool, partition)
    expect(await lagOf('deliver')).toMatchObject({ events: 4 })

    await commit(3)
    expect(await lagOf('deliver')).toMatchObject({ events: 1 })
    await commit(5)
    expect(await lagOf('deliver')).toMatchObject({ events: 0 })
    await write(pool, 5)
    expect(await lagOf('deliver')).toMatchObject({ events: 1 })
  })

  it('counts what commits late, below a position', async () => {
    const { pool, lagOf, commit } = await aLog()
    const slow = await pool.connect()
    try {
      await slow.query('begin')
      await write(slow, 3)
      await write(pool, 3)
      await commit(3)
      expect(await lagOf('deliver')).toMatchObject({ events: 0 })
      await slow.query('commit')
      expect(await lagOf('deliver')).toMatchObject({ events: 1 })
    } finally {
      slow.release()
    }
  })

  it('is the time since its slowest partition moved', async () => {
    const { pool, lagOf } = await aLog()
    await pool.query(
      `update log_positions set at = clock_timestamp() - interval '1 hour' where partition = 2`,
    )

    expect((await lagOf('deliver'))?.lagMs).toBeGreaterThanOrEqual(3_600_000)
  })

  it('is that of the publishing too, over all partitions', async () => {
    const { pool, lagOf } = await aLog()
    const publications = postgresPublications(pool, 'kafka one')
    const from = await publications.position()
    for (const partition of [1, 2, 7]) await write(pool, partition)
    expect(await lagOf('publish kafka one')).toMatchObject({ events: 3 })

    await publications.mark((await postgresOutbox(pool).read(from)).position)
    expect(await lagOf('publish kafka one')).toMatchObject({ events: 0 })
  })

  it('is that of jobs of large deliveries', async () => {
    const { pool, lagOf } = await aLog()
    expect(await lagOf('deliver-ranges')).toMatchObject({ events: 0, lagMs: 0 })
    await pool.query(`
      insert into delivery_ranges (delivery, number, partition, author, posts, after, done_at)
      values ('one', 0, 0, 1, '{1}', 1, null), ('one', 1, 0, 1, '{1}', 2, now())`)

    expect(await lagOf('deliver-ranges')).toMatchObject({ events: 1 })
  })
})
