import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EventOf } from '../../../shared/events/event.ts'
import type { UserId } from '../../../shared/ids.ts'
import { pairKey } from '../../../shared/keys.ts'
import { FOLLOWS_MAX } from '../../../shared/limits.ts'
import { writeWorld, type WriteWorld } from './write-world.ts'

let world: WriteWorld
let ann: UserId
let ben: UserId
beforeAll(async () => {
  world = await writeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  await world.rows('delete from outbox')
  ;[ann, ben] = (await world.people(2)) as [UserId, UserId]
})

const by = (user: UserId) => ({ user })
const nothing = { following: false, followedBy: false, blocking: false, muting: false }
const changes = async () =>
  (await world.events()).map(({ event }) => event as EventOf<'relation.changed'>)
const follows = () =>
  world.rows('select follower_id from follows where follower_id = any($1)', [[ann, ben]])
const versionOf = async (user: UserId) =>
  (await world.rows('select relations_version as v from users where id = $1', [user]))[0]?.[
    'v'
  ] as number

describe('following', () => {
  it('raises the follower’s record, under the key of the pair, with the follow’s own transaction', async () => {
    const { facts, token } = await world.commands.follow(by(ben), ann)

    expect(facts).toEqual({ ...nothing, following: true })
    expect(await world.events()).toEqual([
      {
        xid: token.xid,
        key: pairKey(ann, ben),
        event: {
          type: 'relation.changed',
          kind: 'follow',
          from: ben,
          to: ann,
          viewers: [{ viewer: ben, version: 2 }],
        },
      },
    ])
    const [row] = await world.rows('select xid::text from follows where follower_id = $1', [ben])
    expect(row).toEqual({ xid: String(token.xid) })
  })

  it('again raises nothing and says nothing, but answers with a token', async () => {
    const first = await world.commands.follow(by(ann), ben)
    const second = await world.commands.follow(by(ann), ben)

    expect(second.facts).toEqual(first.facts)
    expect(second.token.xid).toBeGreaterThan(first.token.xid)
    expect(await changes()).toHaveLength(1)
    expect(await versionOf(ann)).toBe(2)
  })

  it('oneself, nobody, or by nobody is refused', async () => {
    const nobody = '17' as UserId
    await expect(world.commands.follow(by(ann), ann)).rejects.toMatchObject({
      code: 'RELATION_SELF',
    })
    await expect(world.commands.follow(by(ann), nobody)).rejects.toMatchObject({
      code: 'USER_NOT_FOUND',
    })
    await expect(world.commands.follow(by(nobody), ann)).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    })
  })

  it('of a blocked pair finds nobody, from either side', async () => {
    await world.commands.block(by(ann), ben)
    const missing = { code: 'USER_NOT_FOUND' }
    await expect(world.commands.follow(by(ann), ben)).rejects.toMatchObject(missing)
    await expect(world.commands.follow(by(ben), ann)).rejects.toMatchObject(missing)
    await expect(world.commands.unfollow(by(ben), ann)).rejects.toMatchObject(missing)
    await expect(world.commands.mute(by(ben), ann)).rejects.toMatchObject(missing)
    await expect(world.commands.unblock(by(ben), ann)).rejects.toMatchObject(missing)
  })

  it('ends at the bound, also for two that come at once', async () => {
    await world.rows(
      'insert into follows (follower_id, followee_id) select $1, n from generate_series(1, $2) n',
      [ann, FOLLOWS_MAX - 1],
    )
    const [cleo, dan] = (await world.people(2)) as [UserId, UserId]
    const both = await Promise.allSettled([
      world.commands.follow(by(ann), cleo),
      world.commands.follow(by(ann), dan),
    ])

    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'FOLLOWS_LIMIT' },
    })
    const [{ n } = {}] = await world.rows(
      'select count(*)::int as n from follows where follower_id = $1',
      [ann],
    )
    expect(n).toBe(FOLLOWS_MAX)
  })

  it('ends when it is undone', async () => {
    await world.commands.follow(by(ann), ben)
    const { facts } = await world.commands.unfollow(by(ann), ben)
    await world.commands.unfollow(by(ann), ben)

    expect(facts).toEqual(nothing)
    expect(await follows()).toEqual([])
    expect((await changes()).map(({ viewers }) => viewers)).toEqual([
      [{ viewer: ann, version: 2 }],
      [{ viewer: ann, version: 3 }],
    ])
  })
})

describe('blocking', () => {
  it('ends the follows both ways and raises both records, smaller id first', async () => {
    await world.commands.follow(by(ann), ben)
    await world.commands.follow(by(ben), ann)
    const { facts } = await world.commands.block(by(ben), ann)

    expect(facts).toEqual({ ...nothing, blocking: true })
    expect(await follows()).toEqual([])
    expect((await changes()).at(-1)).toEqual({
      type: 'relation.changed',
      kind: 'block',
      from: ben,
      to: ann,
      viewers: [
        { viewer: ann, version: 3 },
        { viewer: ben, version: 3 },
      ],
    })
  })

  it('is open to one who is blocked, and each undoes only its own', async () => {
    await world.commands.block(by(ann), ben)
    expect((await world.commands.block(by(ben), ann)).facts.blocking).toBe(true)
    await world.commands.unblock(by(ann), ben)

    await expect(world.commands.follow(by(ann), ben)).rejects.toMatchObject({
      code: 'USER_NOT_FOUND',
    })
  })

  it('brings no follow back when it is undone', async () => {
    await world.commands.follow(by(ann), ben)
    await world.commands.block(by(ann), ben)
    const { facts } = await world.commands.unblock(by(ann), ben)

    expect(facts).toEqual(nothing)
    expect((await changes()).at(-1)?.viewers).toEqual([
      { viewer: ann, version: 4 },
      { viewer: ben, version: 3 },
    ])
  })

  it('leaves no follow beside a block, whatever comes first of the two', async () => {
    for (let round = 0; round < 20; round += 1) {
      const [a, b] = (await world.people(2)) as [UserId, UserId]
      await Promise.allSettled([world.commands.follow(by(a), b), world.commands.block(by(b), a)])
      expect(
        await world.rows('select from follows where follower_id = $1 and followee_id = $2', [a, b]),
      ).toEqual([])
    }
  })

  it('by both at once ends, with both blocks', async () => {
    const crowd = await world.people(6)
    const pairs = crowd.flatMap((a) => crowd.filter((b) => b !== a).map((b) => [a, b] as const))
    await Promise.all(pairs.map(([a, b]) => world.commands.block(by(a), b)))

    const [{ n } = {}] = await world.rows(
      'select count(*)::int as n from blocks where blocker_id = any($1)',
      [crowd],
    )
    expect(n).toBe(pairs.length)
    for (const user of crowd) expect(await versionOf(user)).toBe(1 + 2 * (crowd.length - 1))
  })
})

describe('muting', () => {
  it('raises the muter’s record only, and can be undone', async () => {
    expect((await world.commands.mute(by(ann), ben)).facts).toEqual({ ...nothing, muting: true })
    await world.commands.mute(by(ann), ben)
    expect((await world.commands.unmute(by(ann), ben)).facts).toEqual(nothing)

    expect((await changes()).map(({ kind, viewers }) => ({ kind, viewers }))).toEqual([
      { kind: 'mute', viewers: [{ viewer: ann, version: 2 }] },
      { kind: 'mute', viewers: [{ viewer: ann, version: 3 }] },
    ])
  })
})
