import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { postgresOutbox } from '../../../../origin/adapters/postgres/outbox.ts'
import type { Outbox, Position } from '../../../../origin/ports/outbox.ts'
import { hasXid, horizonBelow } from '../../../../shared/horizon.ts'
import { freshPool } from '../../../support/pool.ts'

const THE_START: Position = { horizon: horizonBelow(1, 0), atMs: 0 }

const EVENT = JSON.stringify({ type: 'user.changed', user: '1', version: 1 })
const INSERT =
  'insert into outbox (partition, key, event) values ($1, $2, $3) returning id::text as id'

const aDatabase = async () => (await freshPool(16)).pool

const emit = async (client: pg.Pool | pg.PoolClient, partition = 0): Promise<string> =>
  (await client.query<{ id: string }>(INSERT, [partition, '1', EVENT])).rows[0]?.id ?? ''

const tick = (client: pg.Pool | pg.PoolClient, n: number) =>
  client.query(
    `insert into ticks (n, at, horizon)
     values ($1, statement_timestamp(), '1:' || pg_current_snapshot()::text)`,
    [n],
  )

/** Reads until nothing is left, once `isOver` says that nobody writes any more. */
async function follow(outbox: Outbox, partition: number | undefined, isOver: () => boolean) {
  const ids: string[] = []
  let position = THE_START
  for (;;) {
    const last = isOver()
    const read = await outbox.read(position, partition)
    ids.push(...read.events.map(({ id }) => id))
    position = read.position
    if (last && !read.more) return ids
  }
}

describe('the outbox in Postgres', () => {
  it('gives every event once while 8 writers commit out of order, abort, and one stays open', async () => {
    const pool = await aDatabase()
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
    console.log(`outbox seed ${seed}`)
    const long = await pool.connect()
    await long.query('begin')
    const committed = [await emit(long, 3)]
    let writing = 8

    const write = async (random: () => number) => {
      const client = await pool.connect()
      try {
        for (let round = 0; round < 60; round += 1) {
          const ids: string[] = []
          await client.query('begin')
          for (let count = 0; count <= random() * 3; count += 1) {
            if (random() < 0.3) {
              await client.query('savepoint inner_part')
              const id = await emit(client, Math.floor(random() * 8))
              if (random() < 0.5) await client.query('rollback to savepoint inner_part')
              else ids.push(id)
            } else ids.push(await emit(client, Math.floor(random() * 8)))
          }
          if (random() < 0.2) await client.query('select pg_sleep(0.003)')
          const commits = random() < 0.85
          await client.query(commits ? 'commit' : 'rollback')
          if (commits) committed.push(...ids)
        }
      } finally {
        client.release()
        writing -= 1
      }
    }
    const isOver = () => writing === 0 && done
    const together = postgresOutbox(pool, { batchMax: 40 })
    let done = false
    const readers = [
      follow(postgresOutbox(pool), undefined, isOver),
      follow(postgresOutbox(pool, { batchMax: 1 }), undefined, isOver),
      follow(postgresOutbox(pool, { batchMax: 7 }), undefined, isOver),
      follow(postgresOutbox(pool, { batchMax: 2 }), 3, isOver),
      // Of one process, at places of their own, and woken together.
      ...[together, together, together].map((outbox) => follow(outbox, undefined, isOver)),
    ]
    await Promise.all(Array.from({ length: 8 }, (_, at) => write(randomFrom(seed + at))))
    await long.query('commit')
    long.release()
    done = true
    const [whole, ones, sevens, third, ...gathered] = await Promise.all(readers)

    const ofPartition = await pool.query<{ id: string }>(
      'select id::text as id from outbox where partition = 3',
    )
    expect(committed.length).toBeGreaterThan(300)
    expect(whole?.toSorted()).toEqual(committed.toSorted())
    expect(ones?.toSorted()).toEqual(committed.toSorted())
    expect(sevens?.toSorted()).toEqual(committed.toSorted())
    for (const ids of gathered) expect(ids.toSorted()).toEqual(committed.toSorted())
    expect(third?.toSorted()).toEqual(ofPartition.rows.map(({ id }) => id).toSorted())
  }, 60_000)

  it('is not held back by a transaction that stays open, and gives its event when it ends', async () => {
    const pool = await aDatabase()
    const outbox = postgresOutbox(pool)
    const open = await pool.connect()
    await open.query('begin')
    const late = await emit(open)
    const early = await emit(pool)

    const first = await outbox.read(THE_START)
    const xid = first.events[0]?.xid ?? 0
    await open.query('commit')
    open.release()
    const second = await outbox.read(first.position)

    expect(first.events.map(({ id }) => id)).toEqual([early])
    expect(hasXid(first.position.horizon, xid)).toBe(true)
    expect(second.events.map(({ id }) => id)).toEqual([late])
  })

  it('never splits a transaction, however many events it has', async () => {
    const pool = await aDatabase()
    await pool.query(
      `insert into outbox (partition, key, event) select 0, '1', $1 from generate_series(1, 25)`,
      [EVENT],
    )
    const read = await postgresOutbox(pool, { batchMax: 10 }).read(THE_START)

    expect(read.events).toHaveLength(25)
    expect(read.more).toBe(true)
  })

  it('orders events by transaction, and within one as they were written', async () => {
    const pool = await aDatabase()
    for (let count = 0; count < 12; count += 1) await emit(pool)
    const { events } = await postgresOutbox(pool).read(THE_START)

    expect(events.map(({ id }) => Number(id))).toEqual(
      events.map(({ id }) => Number(id)).toSorted((a, b) => a - b),
    )
  })

  it('brings the newest tick whose horizon lies inside the position', async () => {
    const pool = await aDatabase()
    const outbox = postgresOutbox(pool, { batchMax: 2 })
    await emit(pool)
    await tick(pool, 1)
    for (let count = 0; count < 3; count += 1) await emit(pool)
    await tick(pool, 2)
    const first = await outbox.read(THE_START)
    const second = await outbox.read(first.position)
    const third = await outbox.read(second.position)

    expect(first).toMatchObject({ more: true, tick: { n: 1 } })
    // It ends where the second tick began, so either is right.
    expect(second.more).toBe(true)
    expect([1, 2]).toContain(second.tick?.n)
    expect(third).toMatchObject({ more: false, tick: { n: 2 } })
    for (const { position, tick: found } of [first, second, third]) {
      expect(found?.horizon.xmax).toBeLessThanOrEqual(position.horizon.xmax)
    }
  })

  it('goes on from a tick: what the tick does not show comes, and nothing that it shows', async () => {
    const pool = await aDatabase()
    const outbox = postgresOutbox(pool)
    await emit(pool)
    await tick(pool, 1)
    const fresh = await emit(pool)
    await tick(pool, 2)
    const position = await outbox.positionOfTick(1)
    const read = position && (await outbox.read(position))
    const second = await pool.query<{ at: Date }>('select at from ticks where n = 2')

    expect(read?.events.map(({ id }) => id)).toEqual([fresh])
    expect(position?.atMs).toBeGreaterThanOrEqual(second.rows[0]?.at.getTime() ?? Infinity)
    expect(await outbox.positionOfTick(99)).toBeUndefined()
  })

  it('begins as long ago as asked, or as far back as ticks reach', async () => {
    const pool = await aDatabase()
    const outbox = postgresOutbox(pool)
    const event = await emit(pool)
    expect((await outbox.read(await outbox.since(60_000))).events).toEqual([])
    await pool.query(`insert into ticks (n, at, horizon) values
      (1, clock_timestamp() - interval '3 minutes', '1:3:3:'),
      (2, clock_timestamp() - interval '1 minute', '1:5:5:')`)

    expect((await outbox.since(120_000)).horizon.xmin).toBe(3)
    expect((await outbox.since(30_000)).horizon.xmin).toBe(5)
    expect((await outbox.since(600_000)).horizon.xmin).toBe(3)
    expect((await outbox.read(await outbox.since(30_000))).events.map(({ id }) => id)).toEqual([
      event,
    ])
  })

  it('takes a position of another epoch for none', async () => {
    const pool = await aDatabase()
    const outbox = postgresOutbox(pool)
    const event = await emit(pool)
    await tick(pool, 1)
    const { position } = await outbox.read(THE_START)
    await pool.query(`update settings set value = '2' where key = 'epoch'`)
    const read = await outbox.read(position)

    expect(read.events.map(({ id }) => id)).toEqual([event])
    expect(read.position.horizon.epoch).toBe(2)
    expect(read.tick).toBeUndefined()
    expect(await outbox.positionOfTick(1)).toBeUndefined()
  })
})

/** mulberry32: evenly spread, and the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
