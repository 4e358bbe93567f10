import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { postgresOutbox } from '../../../../origin/adapters/postgres/outbox.ts'
import type { Outbox, Position } from '../../../../origin/ports/outbox.ts'
import { horizonBelow } from '../../../../shared/horizon.ts'
import { freshPool } from '../../../support/pool.ts'

const THE_START: Position = { horizon: horizonBelow(1, 0), atMs: 0 }

const EVENT = JSON.stringify({ type: 'user.changed', user: '1', version: 1 })
const INSERT =
  'insert into outbox (partition, key, event) values ($1, $2, $3) returning id::text as id'

const aDatabase = async () => (await freshPool(16)).pool

const emit = async (client: pg.Pool | pg.PoolClient, partition = 0): Promise<string> =>
  (await client.query<{ id: string }>(INSERT, [partition, '1', EVENT])).rows[0]?.id ?? ''

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
