import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { UserId } from '../../../shared/ids.ts'
import { writeWorld, type WriteWorld } from './write-world.ts'

let world: WriteWorld
let [ann, ben]: UserId[] = []
beforeAll(async () => {
  world = await writeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  await world.rows('delete from outbox')
  ;[ann, ben] = await world.people(2)
})

const keyed = (key: string, requestHash = 'hash') => ({
  user: ann as UserId,
  idempotency: { key, requestHash },
})

describe('a write with an idempotency key', () => {
  it('is done once and answered twice: same answer, same token', async () => {
    const first = await world.commands.createPost(keyed('a'), { text: 'once' })
    const second = await world.commands.createPost(keyed('a'), { text: 'once' })

    expect(second).toEqual(first)
    expect(await world.events()).toHaveLength(1)
  })

  it('is done once by ten that come at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 10 }, () => world.commands.createPost(keyed('b'), { text: 'once' })),
    )
    for (const written of all) expect(written).toEqual(all[0])
    expect(await world.events()).toHaveLength(1)
  })

  it('is refused for another request', async () => {
    await world.commands.createPost(keyed('c'), { text: 'once' })
    await expect(
      world.commands.createPost(keyed('c', 'other'), { text: 'twice' }),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    await expect(world.commands.follow(keyed('c', 'follow'), ben as UserId)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    })
    expect(await world.events()).toHaveLength(1)
  })

  it('belongs to its user', async () => {
    const mine = await world.commands.createPost(keyed('d'), { text: 'mine' })
    const theirs = await world.commands.createPost(
      { ...keyed('d'), user: ben as UserId },
      { text: 'mine' },
    )
    expect(theirs.facts.id).not.toBe(mine.facts.id)
  })

  it('keeps the answer as it was, not as the row is now', async () => {
    const post = (await world.commands.createPost(keyed('e'), { text: 'first' })).facts
    const edit = () => world.commands.editPost(keyed('f'), post.id, { text: 'second' })
    const first = await edit()
    await world.commands.editPost({ user: ann as UserId }, post.id, { text: 'third' })

    expect(await edit()).toEqual(first)
    expect(await world.rows('select text from posts where id = $1', [post.id])).toEqual([
      { text: 'third' },
    ])
  })

  it('is free again after a refusal, since nothing was written', async () => {
    const attempt = () => world.commands.follow(keyed('g'), ben as UserId)
    await world.commands.block({ user: ben as UserId }, ann as UserId)
    await expect(attempt()).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
    await world.commands.unblock({ user: ben as UserId }, ann as UserId)

    expect((await attempt()).facts.following).toBe(true)
  })

  it('is free again after a day', async () => {
    const first = await world.commands.createPost(keyed('h'), { text: 'today' })
    const relation = await world.commands.follow(keyed('i'), ben as UserId)
    await world.rows(`update idempotency_keys set created_at = now() - interval '25 hours'`)

    expect((await world.commands.createPost(keyed('h', 'x'), { text: 'new' })).facts.id).not.toBe(
      first.facts.id,
    )
    const again = await world.commands.follow(keyed('i', 'y'), ben as UserId)
    expect(again.token.xid).toBeGreaterThan(relation.token.xid)
  })
})
