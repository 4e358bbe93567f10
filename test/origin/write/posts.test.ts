import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresWrites } from '../../../origin/adapters/postgres/writes.ts'
import { createPost } from '../../../origin/write/create-post.ts'
import { compareIds, idTimeMs, postId, shardOf, type UserId } from '../../../shared/ids.ts'
import { logPartitionOf } from '../../../shared/keys.ts'
import { writeWorld, type WriteWorld } from './write-world.ts'

let world: WriteWorld
let [author, other]: UserId[] = []
beforeAll(async () => {
  world = await writeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  await world.rows('delete from outbox')
  ;[author, other] = await world.people(2)
})

const me = () => ({ user: author as UserId })
const them = () => ({ user: other as UserId })

describe('creating a post', () => {
  it('writes the row and its event in one transaction, which the token names', async () => {
    const { facts, token } = await world.commands.createPost(me(), {
      text: 'Grüße 🌍 مرحبا',
      language: 'de',
      sensitive: true,
    })

    const events = await world.events()
    expect(events).toEqual([
      {
        xid: token.xid,
        key: author,
        event: { type: 'post.created', post: facts.id, author, delivery: 'push' },
      },
    ])
    expect(token.epoch).toBe(1)
    const [row] = await world.rows('select *, created_at as at from posts where id = $1', [
      facts.id,
    ])
    expect(row).toMatchObject({
      text: 'Grüße 🌍 مرحبا',
      language: 'de',
      sensitive: true,
      version: 1,
      author_id: author,
      shard: shardOf(author as UserId),
      at: new Date(facts.createdAtMs),
    })
    expect(idTimeMs(facts.id)).toBe(facts.createdAtMs)
    expect(facts.author.id).toBe(author)
    const [{ partition } = {}] = await world.rows('select partition from outbox')
    expect(partition).toBe(logPartitionOf(author as UserId))
  })

  it('is one statement, so one round trip', async () => {
    const queries: unknown[] = []
    const query = world.pool.query.bind(world.pool)
    const counted = Object.assign(Object.create(world.pool) as typeof world.pool, {
      query: (...asked: Parameters<typeof query>) => {
        queries.push(asked)
        return query(...asked)
      },
    })
    await postgresWrites(counted, nodePace).createPost(
      author as UserId,
      { text: 'once' },
      undefined,
    )

    expect(queries).toHaveLength(1)
  })

  it('tells readers of the outbox, and puts the post on its author’s list at once', async () => {
    const before = world.published()
    const { facts } = await world.commands.createPost(me(), { text: 'mine' })

    expect(world.published()).toBe(before + 1)
    expect(world.pushed.at(-1)).toEqual({ author, post: facts.id })
  })

  it('hands on what its transaction saw, and not what an earlier one did', async () => {
    await world.rows('update users set version = 7 where id = $1', [author])
    const keyed = { ...me(), idempotency: { key: 'seen', requestHash: 'h' } }
    const before = world.kept.length
    const { facts } = await world.commands.createPost(keyed, { text: 'mine' })
    await world.commands.createPost(keyed, { text: 'mine' })

    const [made, again, ...more] = world.kept.slice(before)
    expect([made?.facts.id, again?.facts.id, more]).toEqual([facts.id, facts.id, []])
    expect(made?.seen?.authorVersion).toBe(7)
    expect(made?.seen?.atMs).toBeLessThanOrEqual(facts.createdAtMs)
    expect(again?.seen).toBeUndefined()
  })

  it('that come together are written together, each with an answer of its own', async () => {
    const nobody = '17' as UserId
    const writes = postgresWrites(world.pool, nodePace)
    const key = (name: string) => ({ key: name, requestHash: name })
    await writes.createPost(author as UserId, { text: 'before' }, key('taken'))
    const before = (await world.events()).length
    const asks = [
      ...Array.from({ length: 20 }, (_, at) =>
        writes.createPost(
          (at % 2 === 0 ? author : other) as UserId,
          { text: `post ${at}` },
          undefined,
        ),
      ),
      writes.createPost(author as UserId, { text: 'keyed' }, key('new')),
      writes.createPost(author as UserId, { text: 'keyed' }, key('new')),
      writes.createPost(author as UserId, { text: 'not again' }, key('taken')),
      writes.createPost(nobody, { text: 'ghost' }, undefined),
    ]
    const made = await Promise.all(asks)

    const texts = made.map((each) => each?.facts.text)
    const posts = Array.from({ length: 20 }, (_, at) => `post ${at}`)
    expect(texts).toEqual([...posts, 'keyed', 'keyed', 'before', undefined])
    expect(made[20]?.facts.id).toBe(made[21]?.facts.id)
    const ids = made.slice(0, 20).flatMap((each) => each?.facts.id ?? [])
    const ofAuthor = ids.filter((_, at) => at % 2 === 0)
    expect(ofAuthor).toEqual(ofAuthor.toSorted(compareIds))
    const events = (await world.events()).slice(before)
    expect(events.map(({ event }) => event.type === 'post.created' && event.post)).toHaveLength(21)
    expect(new Set(events.map(({ xid }) => xid)).size).toBeLessThan(5)
    for (const [at, each] of made.slice(0, 21).entries()) {
      const own = events.find(({ event }) => 'post' in event && event.post === each?.facts.id)
      expect(own?.xid, `post ${at}`).toBe(each?.token.xid)
    }
  })

  it('fails alone, when it cannot be written', async () => {
    const writes = postgresWrites(world.pool, nodePace)
    const text = (words: string) => writes.createPost(author as UserId, { text: words }, undefined)
    const [good, bad, better] = await Promise.allSettled([
      text('good'),
      text('b\0d'),
      text('better'),
    ])

    expect(good).toMatchObject({ status: 'fulfilled', value: { facts: { text: 'good' } } })
    expect(better).toMatchObject({ status: 'fulfilled', value: { facts: { text: 'better' } } })
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: '22021' } })
  })

  it('is not failed by a push that fails', async () => {
    const down = new Error('no Redis')
    const command = createPost({ ...world.deps, pushOwn: () => Promise.reject(down) })

    expect((await command(me(), { text: 'stays' })).facts.text).toBe('stays')
    expect(world.failures).toContain(down)
  })

  it.each([
    { strategy: undefined, threshold: undefined, followers: 49_999, delivery: 'push' },
    { strategy: undefined, threshold: undefined, followers: 50_000, delivery: 'pull' },
    { strategy: undefined, threshold: 10, followers: 9, delivery: 'push' },
    { strategy: 'hybrid', threshold: 10, followers: 10, delivery: 'pull' },
    { strategy: 'push', threshold: 10, followers: 10, delivery: 'push' },
    { strategy: 'pull', threshold: 10, followers: 0, delivery: 'pull' },
  ])(
    'with $followers followers, strategy $strategy and threshold $threshold is a $delivery',
    async ({ strategy, threshold, followers, delivery }) => {
      await world.rows(`delete from settings where key like 'delivery.%'`)
      const values = { 'delivery.strategy': strategy, 'delivery.threshold': threshold }
      for (const [key, value] of Object.entries(values)) {
        if (value === undefined) continue
        await world.rows('insert into settings (key, value) values ($1, $2)', [
          key,
          JSON.stringify(value),
        ])
      }
      await world.rows('insert into user_counts (user_id, followers) values ($1, $2)', [
        author,
        followers,
      ])
      const { facts } = await world.commands.createPost(me(), { text: 'decided' })

      expect(await world.rows('select delivery from posts where id = $1', [facts.id])).toEqual([
        { delivery },
      ])
      expect((await world.events())[0]?.event).toMatchObject({ delivery })
      await world.rows(`delete from settings where key like 'delivery.%'`)
    },
  )

  it('by nobody is refused, and nothing is written', async () => {
    const nobody = { user: '17' as UserId }
    await expect(world.commands.createPost(nobody, { text: 'ghost' })).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    })
    const keyed = { ...nobody, idempotency: { key: 'k', requestHash: 'h' } }
    await expect(world.commands.createPost(keyed, { text: 'ghost' })).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    })
    expect(await world.rows('select from posts where author_id = 17')).toEqual([])
    expect(await world.events()).toEqual([])
  })

  it('makes the partition of the outbox that is missing', async () => {
    await world.commands.createPost(me(), { text: 'before' })
    const [{ name } = {}] = await world.rows('select tableoid::regclass::text as name from outbox')
    await world.rows(`drop table ${name}`)

    await world.commands.createPost(me(), { text: 'after a long silence' })
    expect((await world.events()).map(({ event }) => event.type)).toEqual(['post.created'])
  })
})

describe('editing a post', () => {
  it('keeps what it said, raises the version and says so', async () => {
    const { facts } = await world.commands.createPost(me(), { text: 'frist' })
    const edited = await world.commands.editPost(me(), facts.id, { text: 'first' })

    expect(edited.facts).toMatchObject({ id: facts.id, text: 'first', version: 2 })
    expect(edited.facts.editedAtMs).toBeGreaterThanOrEqual(facts.createdAtMs)
    expect(
      await world.rows('select version, text from post_edits where post_id = $1', [facts.id]),
    ).toEqual([{ version: 1, text: 'frist' }])
    expect((await world.events()).at(-1)).toEqual({
      xid: edited.token.xid,
      key: author,
      event: { type: 'post.edited', post: facts.id, author, version: 2 },
    })
  })

  it('to the same text changes nothing', async () => {
    const { facts } = await world.commands.createPost(me(), { text: 'same' })
    const again = await world.commands.editPost(me(), facts.id, { text: 'same' })

    expect(again.facts).toEqual(facts)
    expect(await world.events()).toHaveLength(1)
  })

  it('keeps every text when two edit at once', async () => {
    const { facts } = await world.commands.createPost(me(), { text: 'one' })
    await Promise.all([
      world.commands.editPost(me(), facts.id, { text: 'two' }),
      world.commands.editPost(me(), facts.id, { text: 'three' }),
    ])
    const kept = await world.rows(
      'select text from post_edits where post_id = $1 order by version',
      [facts.id],
    )
    const [now] = await world.rows('select text, version from posts where id = $1', [facts.id])
    expect(kept).toHaveLength(2)
    expect(now).toMatchObject({ version: 3 })
    expect([...kept, now].map((row) => row?.['text'] as string).toSorted()).toEqual(
      ['one', 'two', 'three'].toSorted(),
    )
  })

  it('of another author is forbidden; when the two are blocked, the post is absent', async () => {
    const { facts } = await world.commands.createPost(me(), { text: 'mine' })
    const attempt = () => world.commands.editPost(them(), facts.id, { text: 'yours' })
    await expect(attempt()).rejects.toMatchObject({ code: 'AUTH_FORBIDDEN' })

    await world.commands.block(me(), other as UserId)
    await expect(attempt()).rejects.toMatchObject({ code: 'POST_NOT_FOUND' })
    await expect(world.commands.deletePost(them(), facts.id)).rejects.toMatchObject({
      code: 'POST_NOT_FOUND',
    })
    expect(await world.rows('select text from posts where id = $1', [facts.id])).toEqual([
      { text: 'mine' },
    ])
  })

  it('of a deleted or unknown post is refused', async () => {
    const { facts } = await world.commands.createPost(me(), { text: 'gone' })
    await world.commands.deletePost(me(), facts.id)
    for (const id of [facts.id, postId('123456789')]) {
      await expect(world.commands.editPost(me(), id, { text: 'back' })).rejects.toMatchObject({
        code: 'POST_NOT_FOUND',
      })
    }
  })
})

describe('deleting a post', () => {
  it('marks the row, once, however often it is asked for', async () => {
    const { facts } = await world.commands.createPost(me(), { text: 'short-lived' })
    const first = await world.commands.deletePost(me(), facts.id)
    const second = await world.commands.deletePost(me(), facts.id)

    expect(second.token.xid).toBeGreaterThan(first.token.xid)
    expect((await world.events()).map(({ event }) => event)).toEqual([
      { type: 'post.created', post: facts.id, author, delivery: 'push' },
      { type: 'post.deleted', post: facts.id, author, version: 2 },
    ])
    const [row] = await world.rows('select deleted_at, version from posts where id = $1', [
      facts.id,
    ])
    expect(row?.['deleted_at']).toBeInstanceOf(Date)
    expect(row?.['version']).toBe(2)
  })
})
