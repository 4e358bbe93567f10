import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresSignal } from '../../../../origin/adapters/postgres/signal.ts'
import { SIGNALS_ALONE_MAX } from '../../../../shared/limits.ts'
import { freshDatabase, type FreshDatabase } from '../../../support/postgres.ts'
import { until } from '../../../support/until.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

function listener(failures: unknown[] = []) {
  const signal = postgresSignal(database.url, (error) => void failures.push(error))
  const heard = { count: 0 }
  signal.listen(() => {
    heard.count += 1
  })
  return { signal, heard, failures }
}

const kill = async () => {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'headwater-signal' and datname = current_database()`,
  )
  await client.end()
  return rowCount
}

describe('a signal', () => {
  it('wakes listeners of this process at once and those of others soon', async () => {
    const here = listener()
    const there = listener()
    await using _here = here.signal
    await using _there = there.signal
    await until(() => there.heard.count === 1 && here.heard.count === 1)

    here.signal.raise()
    expect(here.heard.count).toBe(2)
    await until(() => there.heard.count === 2)
  })

  it('tells of a few one by one, and of many that are raised at once together', async () => {
    const here = listener()
    const there = listener()
    await using _here = here.signal
    await using _there = there.signal
    await until(() => there.heard.count === 1 && here.heard.count === 1)

    for (let raised = 0; raised < 100; raised += 1) here.signal.raise()
    const atOnce = 1 + SIGNALS_ALONE_MAX
    expect(here.heard.count).toBe(atOnce)
    await until(() => there.heard.count === 3)
    expect(here.heard.count).toBe(atOnce + 1)
  })

  it('comes back after its connection broke, and wakes for what it may have missed', async () => {
    const here = listener()
    await using _here = here.signal
    await until(() => here.heard.count === 1)
    expect(await kill()).toBe(1)
    await until(() => here.heard.count === 2)
    expect(here.failures.length).toBeGreaterThan(0)

    const there = listener()
    await using _there = there.signal
    await until(() => there.heard.count === 1)
    here.signal.raise()
    await until(() => there.heard.count === 2)
  })

  it('does not fail who raises it while Postgres is away', async () => {
    const failures: unknown[] = []
    await using signal = postgresSignal('postgresql://nobody@127.0.0.1:9/none', (error) => {
      failures.push(error)
    })
    expect(() => signal.raise()).not.toThrow()
    await until(() => failures.length > 0)
  })
})
