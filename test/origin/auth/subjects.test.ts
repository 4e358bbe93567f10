import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { postgresSubjects } from '../../../origin/adapters/postgres/subjects.ts'
import { resolveSubject } from '../../../origin/auth/resolve-subject.ts'
import type { Settings } from '../../../shared/admin/settings.ts'
import { writeWorld, type WriteWorld } from '../write/write-world.ts'

let world: WriteWorld
let mode: Settings['auth.subject']
let resolve: ReturnType<typeof resolveSubject>
beforeAll(async () => {
  world = await writeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  mode = 'externalId'
  resolve = resolveSubject({
    subjects: postgresSubjects(world.pool),
    settings: () => ({ 'auth.subject': mode }),
  })
})

describe('the subject of a token', () => {
  it('is a user id, which is not looked up', async () => {
    mode = 'userId'
    expect(await resolve('42')).toBe('42')
    await expect(resolve('ann@example.org')).rejects.toMatchObject({ code: 'AUTH_TOKEN_INVALID' })
  })

  it('is the product’s own id, whose user is made on first sight, with its event', async () => {
    const user = await resolve('ann@example.org')

    expect(
      await world.rows('select handle, name, external_id from users where id = $1', [user]),
    ).toEqual([{ handle: `user_${user}`, name: `user_${user}`, external_id: 'ann@example.org' }])
    expect((await world.events()).map(({ key, event }) => ({ key, event }))).toEqual([
      { key: user, event: { type: 'user.changed', user, version: 1 } },
    ])
    expect(await resolve('ann@example.org')).toBe(user)
  })

  it('names a user that was provisioned', async () => {
    const [operator] = await world.people(1)
    const { facts } = await world.commands.provisionUsers({ user: operator as never }, [
      { handle: 'ben', name: 'Ben', externalId: 'product-7' },
    ])
    expect(await resolve('product-7')).toBe(facts[0]?.id)
  })

  it('makes one user for twenty that come at once', async () => {
    const subjects = postgresSubjects(world.pool)
    const ids = await Promise.all(Array.from({ length: 20 }, () => subjects.create('crowd')))
    expect(new Set(ids).size).toBe(1)
  })
})
