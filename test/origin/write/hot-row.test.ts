import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { rowTurns } from '../../../origin/adapters/postgres/row-turns.ts'
import { postgresWrites } from '../../../origin/adapters/postgres/writes.ts'
import type { UserId } from '../../../shared/ids.ts'
import { WRITE_MS_MAX } from '../../../shared/limits.ts'
import { writeWorld, type WriteWorld } from './write-world.ts'

let world: WriteWorld
beforeAll(async () => {
  world = await writeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** More than the world's pool has connections. */
const MANY = 16

/** Holds a user's row, as a slow transaction of another process does, until it is told to let go. */
async function holdRow(user: UserId): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: world.url })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('begin')
  await client.query('select from users where id = $1 for update', [user])
  return async () => void (await client.query('rollback'))
}

describe('many writes of one user whose row is taken', () => {
  it.each(['mute', 'follow', 'block'] as const)(
    'leave room for everybody else: %s',
    async (command) => {
      const [hot, other, ...targets] = (await world.people(MANY + 2)) as [
        UserId,
        UserId,
        ...UserId[],
      ]
      const letGo = await holdRow(hot)
      const waiting = targets.map((target) => world.commands[command]({ user: hot }, target))
      const [first = hot] = targets
      expect(
        (await world.commands.createPost({ user: other }, { text: 'goes on' })).facts.text,
      ).toBe('goes on')
      await world.commands.follow({ user: other }, first)

      await letGo()
      await Promise.all(waiting)
      const [row] = await world.rows('select relations_version as v from users where id = $1', [
        hot,
      ])
      expect(row?.['v']).toBe(1 + MANY)
    },
  )

  it('are the writes of many against one, too', async () => {
    const [hot, other, ...blockers] = (await world.people(MANY + 2)) as [
      UserId,
      UserId,
      ...UserId[],
    ]
    const letGo = await holdRow(hot)
    const waiting = blockers.map((user) => world.commands.block({ user }, hot))
    await world.commands.createPost({ user: other }, { text: 'goes on' })
    await letGo()
    expect((await Promise.all(waiting)).every(({ facts }) => facts.blocking)).toBe(true)
  })
})

describe('a write that took longer than anybody waits for it', () => {
  it('is refused whole, although Postgres answers again', async () => {
    let nowMs = 0
    const late = postgresWrites(world.pool, { now: () => nowMs, sleep: nodePace.sleep })
    const [viewer, target] = (await world.people(2)) as [UserId, UserId]
    const follows = () => world.rows('select from follows where follower_id = $1', [viewer])
    const write = (tookMs: number) =>
      late.transaction([viewer], async (open) => {
        nowMs += tookMs
        return open.relations.add('follow', viewer, target)
      })

    await expect(write(WRITE_MS_MAX + 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await follows()).toEqual([])
    expect(await write(WRITE_MS_MAX)).toBe(true)
    expect(await follows()).toHaveLength(1)
  })
})

describe('turns at rows', () => {
  const never = () => new Promise<void>(() => undefined)

  it('are had one after the other for one user, in the order in which they came', async () => {
    const { inTurn } = rowTurns({ sleep: never })
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const write = (users: string[], name: string, until?: Promise<void>) =>
      inTurn(users, async () => {
        order.push(name)
        await until
      })
    const writes = [
      write(['1'], 'first', gate.promise),
      write(['1'], 'second'),
      write(['1', '2'], 'of two'),
      write(['2', '1'], 'of two'),
      write(['3'], 'another'),
    ]
    await writes[4]
    expect(order).toEqual(['first', 'another'])
    gate.resolve()
    await Promise.all(writes)
    expect(order).toEqual(['first', 'another', 'second', 'of two', 'of two'])
  })

  it('are not waited for by too many, nor for too long', async () => {
    let late: () => void = () => expect.unreachable()
    const sleep = () => new Promise<void>((resolve) => (late = resolve))
    const { inTurn } = rowTurns({ sleep, waitingMax: 1 })
    const gate = Promise.withResolvers<void>()
    const busy = inTurn(['1'], () => gate.promise)
    const waiting = inTurn(['1'], async () => 'late')
    await expect(inTurn(['1'], async () => 'refused')).rejects.toMatchObject({ code: 'OVERLOADED' })
    late()
    await expect(waiting).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })

    gate.resolve()
    await busy
    expect(await inTurn(['1'], async () => 'free')).toBe('free')
  })

  it('are given back by a write that fails', async () => {
    const { inTurn } = rowTurns({ sleep: never })
    await expect(inTurn(['1'], () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await inTurn(['1'], async () => 'free')).toBe('free')
  })
})
