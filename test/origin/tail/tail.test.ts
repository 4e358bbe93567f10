import type pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresOutbox } from '../../../origin/adapters/postgres/outbox.ts'
import type { Outbox } from '../../../origin/ports/outbox.ts'
import type { Truth } from '../../../origin/ports/truth.ts'
import { outboxTail, type TailOptions } from '../../../origin/tail/tail.ts'
import type { Event } from '../../../shared/events/event.ts'
import { hasXid, horizonBelow } from '../../../shared/horizon.ts'
import { lowestIdAt, type PostId, type UserId } from '../../../shared/ids.ts'
import { tags } from '../../../shared/invalidation.ts'
import { freshPool } from '../../support/pool.ts'
import { until } from '../../support/until.ts'

const ANN = '7340000000000000001' as UserId
const BEN = '7340000000000000002' as UserId

async function emit(client: pg.Pool | pg.PoolClient, event: Event): Promise<number> {
  const { rows } = await client.query<{ xid: string }>(
    `insert into outbox (partition, key, event) values (0, '1', $1) returning xid::text as xid`,
    [JSON.stringify(event)],
  )
  return Number(rows[0]?.xid)
}

const created = (author: UserId, delivery: 'push' | 'pull' = 'push'): Event => ({
  type: 'post.created',
  post: lowestIdAt(Date.now()),
  author,
  delivery,
})

interface Options extends TailOptions {
  readonly pulled?: ReadonlyMap<UserId, PostId>
  readonly outbox?: (outbox: Outbox) => Pick<Outbox, 'read' | 'since'>
}

async function aTail({ pulled = new Map(), outbox = (real) => real, ...options }: Options = {}) {
  const { pool } = await freshPool(8)
  const wakes = new Set<() => void>()
  const truth: Pick<Truth, 'pulledAuthors'> = {
    pulledAuthors: async () => ({ authors: pulled, horizon: horizonBelow(1, 1) }),
  }
  const failures: unknown[] = []
  const tail = outboxTail(
    {
      outbox: outbox(postgresOutbox(pool)),
      truth,
      wakeups: {
        listen(wake) {
          wakes.add(wake)
          return () => void wakes.delete(wake)
        },
      },
      pace: nodePace,
      onFailure: (error) => void failures.push(error),
    },
    options,
  )
  const stopping = new AbortController()
  const start = async () => {
    const ended = tail.run(stopping.signal)
    onTestFinished(async () => {
      stopping.abort()
      await ended
    })
    await until(() => tail.ready())
  }
  const wake = () => {
    for (const each of wakes) each()
  }
  return { pool, tail, start, wake, failures }
}

describe('a tail', () => {
  it('has nothing and covers nothing before it caught up', async () => {
    const { tail } = await aTail()

    expect(tail.ready()).toBe(false)
    expect(tail.reachesToMs()).toBe(Number.POSITIVE_INFINITY)
    expect(await tail.waitFor({ epoch: 1, xid: 1 })).toBe(false)
  })

  it('follows what is committed, and tells of versions', async () => {
    const { pool, tail, start } = await aTail()
    const heard: [string, number][] = []
    tail.onHeard((tag, version) => void heard.push([tag, version]))
    await start()
    await emit(pool, created(ANN))
    await emit(pool, { type: 'post.edited', post: '95' as PostId, author: ANN, version: 2 })
    const viewers = [
      { viewer: ANN, version: 5 },
      { viewer: BEN, version: 6 },
    ]
    const xid = await emit(pool, {
      type: 'relation.changed',
      kind: 'block',
      from: ANN,
      to: BEN,
      viewers,
    })
    await until(() => hasXid(tail.horizon(), xid))

    expect(tail.postsOf(ANN)).toHaveLength(1)
    expect(tail.heard(tags.post('95' as PostId))).toMatchObject({ version: 2 })
    expect(tail.heard(tags.viewer(BEN))).toMatchObject({ version: 6, xid })
    expect(heard).toEqual([
      ['p:95', 2],
      [`v:${ANN}`, 5],
      [`v:${BEN}`, 6],
    ])
  })

  it('passes over what is no event of ours, and hears what a newer version adds to', async () => {
    const { pool, tail, start, failures } = await aTail()
    await start()
    const noEvents = ['null', '"x"', '{"type":"relation.changed"}', '{"type":"post.liked"}']
    for (const event of noEvents) await emit(pool, JSON.parse(event) as Event)
    const newer = { type: 'post.deleted', post: '95', author: ANN, version: 3, reason: 'spam' }
    const xid = await emit(pool, newer as unknown as Event)
    await until(() => hasXid(tail.horizon(), xid))

    expect(tail.heard(tags.post('95' as PostId))).toMatchObject({ version: 3 })
    expect(failures).toEqual([])
  })

  it('begins as far back as ticks and its memory reach', async () => {
    const { pool, tail, start } = await aTail()
    await emit(pool, created(BEN))
    const { rows } = await pool.query<{ at: Date }>(
      `insert into ticks (n, at, horizon)
       values (1, statement_timestamp(), '1:' || pg_current_snapshot()::text) returning at`,
    )
    await emit(pool, created(ANN))
    await start()

    expect(tail.postsOf(ANN)).toHaveLength(1)
    expect(tail.postsOf(BEN)).toEqual([])
    expect(tail.reachesToMs()).toBeGreaterThan(rows[0]?.at.getTime() ?? 0)
  })

  it('waits for a token until a signal or a poll brings it', async () => {
    const { pool, tail, start, wake } = await aTail({ pollMs: 60_000 })
    await start()
    const xid = await emit(pool, created(ANN))
    const token = { epoch: 1, xid }
    const waited = tail.waitFor(token)
    wake()

    expect(await waited).toBe(true)
    // Not the token by xmin: another test's transaction, in another database, may hold that back.
    expect(hasXid(tail.horizon(), xid)).toBe(true)
    expect(tail.postsOf(ANN)).toHaveLength(1)
  })

  it('reads the outbox once for all who have waited long enough', async () => {
    let reads = 0
    const counted = (real: Outbox): Outbox => ({
      ...real,
      read(after) {
        reads += 1
        return real.read(after)
      },
    })
    const { pool, tail, start } = await aTail({ pollMs: 60_000, outbox: counted })
    await start()
    const before = reads
    const xid = await emit(pool, created(ANN))
    const waits = Array.from({ length: 50 }, () => tail.waitFor({ epoch: 1, xid }))

    expect(await Promise.all(waits)).toEqual(Array.from({ length: 50 }, () => true))
    expect(reads - before).toBeLessThanOrEqual(2)
  })

  it('has a token although an older transaction stays open', async () => {
    const { pool, tail, start } = await aTail()
    await start()
    const open = await pool.connect()
    await open.query('begin')
    await emit(open, created(BEN))
    const xid = await emit(pool, created(ANN))

    expect(await tail.waitFor({ epoch: 1, xid })).toBe(true)
    expect(hasXid(tail.horizon(), xid)).toBe(true)
    await open.query('rollback')
    open.release()
  })

  it('answers no for a token of another epoch', async () => {
    const { tail, start } = await aTail()
    await start()

    expect(await tail.waitFor({ epoch: 2, xid: 1 })).toBe(false)
  })

  it('keeps its memory through an outage, grows old, and goes on where it was', async () => {
    let isDown = false
    const breakable = (real: Outbox): Outbox => ({
      ...real,
      read: (after) => (isDown ? Promise.reject(new Error('down')) : real.read(after)),
    })
    const { pool, tail, start, failures } = await aTail({ outbox: breakable })
    await start()
    await emit(pool, created(ANN))
    await until(() => tail.postsOf(ANN).length === 1)
    isDown = true
    await until(() => failures.length > 0)
    const age = tail.ageMs()
    const xid = await emit(pool, created(ANN))

    expect(await tail.waitFor({ epoch: 1, xid })).toBe(false)
    expect(tail.ready()).toBe(true)
    expect(tail.postsOf(ANN)).toHaveLength(1)
    expect(tail.ageMs()).toBeGreaterThan(age)
    isDown = false
    await until(() => tail.postsOf(ANN).length === 2)
    expect(await tail.waitFor({ epoch: 1, xid })).toBe(true)
  })

  it('begins again after a restore', async () => {
    const { pool, tail, start } = await aTail()
    await start()
    await emit(pool, created(ANN))
    await until(() => tail.postsOf(ANN).length === 1)
    await pool.query(`update settings set value = '2' where key = 'epoch'`)
    await until(() => tail.ready() && tail.horizon().epoch === 2)

    expect(await tail.waitFor({ epoch: 1, xid: 3 })).toBe(false)
    expect(await tail.waitFor({ epoch: 2, xid: 3 })).toBe(true)
  })

  it('knows the pulled authors, those of before its start too', async () => {
    const pulled = new Map([[BEN, lowestIdAt(Date.now() - 3_600_000)]])
    const { pool, tail, start } = await aTail({ pulled })
    await start()
    expect([...tail.pulledSet()]).toEqual([BEN])
    await emit(pool, created(ANN, 'pull'))
    await until(() => tail.pulledSet().has(ANN))

    expect(tail.pulledSet().size).toBe(2)
  })
})
