import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UserId } from '../../../shared/ids.ts'
import { writeWorld, type WriteWorld } from './write-world.ts'

let world: WriteWorld
let operator: UserId
beforeAll(async () => {
  world = await writeWorld()
  ;[operator] = (await world.people(1)) as [UserId]
})
afterAll(() => world[Symbol.asyncDispose]())

const asked = () => ({ user: operator })

describe('provisioning', () => {
  it('makes users with an event each, in the order of the request', async () => {
    const { facts } = await world.commands.provisionUsers(asked(), [
      { handle: 'zoe', name: 'Zoë' },
      { handle: 'Adam', name: 'Adam', externalId: 'ext-1' },
    ])

    expect(
      facts.map(({ handle, externalId, created }) => ({ handle, externalId, created })),
    ).toEqual([
      { handle: 'zoe', externalId: null, created: true },
      { handle: 'Adam', externalId: 'ext-1', created: true },
    ])
    expect((await world.events()).map(({ event }) => event)).toEqual(
      facts.map(({ id }) => ({ type: 'user.changed', user: id, version: 1 })),
    )
  })

  it('answers those whose external id is known, and changes nothing', async () => {
    const once = () =>
      world.commands.provisionUsers(asked(), [
        { handle: 'known', name: 'Known', externalId: 'ext-2' },
        { handle: 'unknown', name: 'Unknown', externalId: 'ext-3' },
      ])
    const first = await once()
    const events = (await world.events()).length
    const second = await once()

    expect(second.facts).toEqual(first.facts.map((user) => ({ ...user, created: false })))
    expect(await world.events()).toHaveLength(events)
  })

  it('makes none when a handle is taken, in whatever case, and says which', async () => {
    await world.commands.provisionUsers(asked(), [{ handle: 'Taken', name: 'First' }])
    await expect(
      world.commands.provisionUsers(asked(), [
        { handle: 'free', name: 'Second' },
        { handle: 'tAKEN', name: 'Third' },
      ]),
    ).rejects.toMatchObject({
      code: 'HANDLE_TAKEN',
      errors: [{ path: '1.handle', message: 'taken' }],
    })
    expect(await world.rows(`select from users where handle = 'free'`)).toEqual([])
  })

  it('refuses users that repeat within the request', async () => {
    await expect(
      world.commands.provisionUsers(asked(), [
        { handle: 'twin', name: 'One', externalId: 'e' },
        { handle: 'TWIN', name: 'Two', externalId: 'e' },
      ]),
    ).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      errors: [{ path: '1.handle' }, { path: '1.externalId' }],
    })
  })

  it('takes a thousand at once', async () => {
    const { facts } = await world.commands.provisionUsers(
      asked(),
      Array.from({ length: 1_000 }, (_, at) => ({ handle: `many_${at}`, name: 'Many' })),
    )
    expect(new Set(facts.map(({ id }) => id)).size).toBe(1_000)
  })
})

describe('changing a user', () => {
  it('raises the version and leaves the rest as it was', async () => {
    const [user] = (await world.people(1)) as [UserId]
    await world.commands.changeUser({ user }, { bio: 'Reads a lot', interests: ['books', 'tea'] })
    const { facts } = await world.commands.changeUser({ user }, { city: 'Köln', avatarUrl: null })

    expect(facts).toMatchObject({
      id: user,
      name: 'A person',
      bio: 'Reads a lot',
      city: 'Köln',
      interests: ['books', 'tea'],
      avatarUrl: null,
      version: 3,
      counts: { followers: 0, following: 0, posts: 0 },
    })
    expect((await world.events()).at(-1)?.event).toEqual({ type: 'user.changed', user, version: 3 })
  })

  it('refuses a handle that somebody has', async () => {
    const [ann, ben] = (await world.people(2)) as [UserId, UserId]
    await world.commands.changeUser({ user: ann }, { handle: 'annie' })
    await expect(
      world.commands.changeUser({ user: ben }, { handle: 'ANNIE' }),
    ).rejects.toMatchObject({ code: 'HANDLE_TAKEN' })
    expect((await world.commands.changeUser({ user: ann }, { handle: 'Annie' })).facts.handle).toBe(
      'Annie',
    )
  })
})
