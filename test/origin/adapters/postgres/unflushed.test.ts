import { expect, it } from 'vitest'
import { UNFLUSHED } from '../../../../origin/adapters/postgres/unflushed.ts'
import { freshPool } from '../../../support/pool.ts'

it('holds for its statement alone', async () => {
  const { pool } = await freshPool(1)
  const setting = async (from = '') => {
    const { rows } = await pool.query<{ synchronous_commit: string }>(
      `select current_setting('synchronous_commit') as synchronous_commit ${from}`,
    )
    return rows[0]?.synchronous_commit
  }
  await pool.query('set synchronous_commit = on')
  await pool.query('create table places (at int)')
  await pool.query('insert into places values (1)')

  const { rowCount } = await pool.query(`update places set at = 2 from ${UNFLUSHED}`)
  expect(rowCount).toBe(1)
  expect(await setting()).toBe('on')
  expect(await setting(`from places, ${UNFLUSHED}`)).toBe('off')
})
