import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replayDelivery } from '../../../origin/delivery/replay-delivery.ts'
import type { DeliverDeps } from '../../../origin/delivery/deliver.ts'
import { replayDeadLetter } from '../../../origin/log/replay-dead-letter.ts'
import { AppError } from '../../../shared/errors.ts'
import type { WaveRequest } from '../../../shared/feed/wave.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { allBuckets, keys, logPartitionOf } from '../../../shared/keys.ts'
import { DELIVERY_CHUNK_FOLLOWERS } from '../../../shared/limits.ts'
import { until } from '../../support/until.ts'
import { deliveryWorld } from './delivery-world.ts'

type World = Awaited<ReturnType<typeof deliveryWorld>>
let world: World

beforeEach(async () => {
  world = await deliveryWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** An author with followers whose timelines are warm, and one whose timeline is not. */
async function audience(followers = 3) {
  const [author, absent, ...warm] = await world.people(followers + 2)
  if (author === undefined || absent === undefined) throw new Error('nobody')
  await world.follows(author, [absent, ...warm])
  await world.settled()
  for (const viewer of [author, ...warm]) {
    expect(await world.warm.timeline(viewer)).toBe('warmed')
  }
  expect(await world.warm.authorList(author)).toBe('warmed')
  return { author, absent, warm }
}

const fragmentOf = async (post: PostId) =>
  (await world.waves.send({ posts: [post] })).posts.get(post)

describe('delivery', () => {
  it('brings a post to every list that exists, and to none that does not', async () => {
    world.start()
    const { author, absent, warm } = await audience()
    const post = await world.post(author)
    await world.settled()

    for (const viewer of warm) expect(await world.timelineOf(viewer)).toEqual([post])
    expect(await world.timelineOf(author)).toEqual([post])
    expect(await world.idsOf(keys.authorList(author))).toEqual([post])
    expect(await world.redis.exists(keys.timeline(absent))).toBe(0)
    expect(await fragmentOf(post)).toMatchObject({ author, version: 1, authorVersion: 1 })
  })

  it('obeys what was decided when the post was written', async () => {
    world.start()
    const { author, warm } = await audience()
    await world.pool.query(
      `insert into settings (key, value) values ('delivery.strategy', '"pull"')`,
    )
    const post = await world.post(author)
    await world.settled()

    for (const viewer of warm) expect(await world.timelineOf(viewer)).toEqual([])
    expect(await world.timelineOf(author)).toEqual([post])
    expect(await world.idsOf(keys.authorList(author))).toEqual([post])
  })

  it('reaches followers beyond a chunk', async () => {
    world.start()
    const chunk = DELIVERY_CHUNK_FOLLOWERS
    const followers = await world.people(2 * chunk + 1)
    const { author } = await audience(0)
    await world.follows(author, followers)
    const places = [0, chunk - 1, chunk, 2 * chunk - 1, 2 * chunk]
    const watched = places.map((at) => followers[at] as UserId)
    for (const viewer of watched) await world.warm.timeline(viewer)
    const post = await world.post(author)
    await world.settled()

    for (const viewer of watched) expect(await world.timelineOf(viewer)).toEqual([post])
  })

  it('writes edits, tombstones and profiles over what is cached', async () => {
    world.start()
    const { author } = await audience()
    const user = { user: author }
    const [edited, deleted] = [await world.post(author), await world.post(author)]
    await world.settled()
    await world.commands.editPost(user, edited, { text: 'better' })
    await world.commands.deletePost(user, deleted)
    await world.settled()
    expect(await fragmentOf(edited)).toMatchObject({
      version: 2,
      json: expect.stringContaining('better'),
    })
    expect(await fragmentOf(deleted)).toMatchObject({ version: 2, json: undefined })

    const uncached = await world.post(author)
    await world.settled()
    await world.redis.del(keys.post(uncached))
    await world.commands.changeUser(user, { name: 'Renamed' })
    await until(async () => (await fragmentOf(edited))?.authorVersion === 2)
    expect((await fragmentOf(edited))?.json).toContain('Renamed')
    expect(await fragmentOf(deleted)).toMatchObject({ json: undefined })
    expect(await fragmentOf(uncached)).toBeUndefined()
    const { users } = await world.waves.send({ users: [author] })
    expect(users.get(author)?.json).toContain('Renamed')
  })

  it('keeps the records of both sides of a relationship', async () => {
    world.start()
    const [a = expect.unreachable(), b = expect.unreachable()] = await world.people(2)
    // A life that begins later owes nobody the records of before.
    await world.settled()
    await world.commands.follow({ user: a }, b)
    await world.settled()
    const record = async (viewer: UserId) =>
      (await world.waves.send({ viewers: [viewer] })).viewers.get(viewer)
    expect((await record(a))?.follows).toEqual(new Set([b]))

    await world.commands.block({ user: b }, a)
    await world.settled()
    expect((await record(a))?.follows).toEqual(new Set())
    expect((await record(b))?.blocks).toEqual(new Set([a]))
  })

  it('does not push what was imported with a date of its own', async () => {
    world.start()
    const { author, warm } = await audience()
    const { rows } = await world.pool.query<{ id: PostId }>(
      `with minted as (
         select mint_id_at(shard_of($1)::int, now() - interval '1 hour') as id
       ), made as (
         insert into posts (shard, id, author_id, text, delivery, created_at)
         select shard_of(id), id, $1, 'old', 'push', now() - interval '1 hour' from minted returning id
       )
       insert into outbox (partition, key, event)
       select $2, $1::text, jsonb_build_object('type', 'post.created', 'post', id::text,
         'author', $1::text, 'delivery', 'push') from made
       returning event ->> 'post' as id`,
      [author, logPartitionOf(author)],
    )
    await world.settled()

    expect(await world.timelineOf(warm[0] as UserId)).toEqual([])
    expect(await fragmentOf(rows[0]?.id as PostId)).toMatchObject({ version: 1 })
  })
})

describe('delivery after a loss', () => {
  it('loses nothing when its connections are cut over and over', async () => {
    world.start()
    const { author, warm } = await audience()
    const posts: PostId[] = []
    for (let at = 0; at < 60; at += 1) {
      posts.unshift(await world.post(author))
      if (at % 5 === 0) await world.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      if (at % 7 === 0) await world.tick()
    }
    await world.settled()

    for (const viewer of warm) expect(await world.timelineOf(viewer)).toEqual(posts)
    for (const post of posts) expect(await fragmentOf(post)).toBeDefined()
    expect(world.failures.length).toBeGreaterThan(0)
  })

  it('delivers again what a node lost after it had answered', async () => {
    world.start()
    const { author, warm } = await audience()
    const kept = await world.post(author)
    await world.settled()
    await world.redis.save()
    const lost = await world.post(author)
    const edit = world.commands.editPost({ user: author }, kept, { text: 'edited' })
    await edit
    await world.settled()
    await world.server.kill()
    await world.server.start()
    await world.settled()

    for (const viewer of warm) expect(await world.timelineOf(viewer)).toEqual([lost, kept])
    expect((await fragmentOf(kept))?.version).toBe(2)
    expect(await fragmentOf(lost)).toBeDefined()
  })

  it('rewrites again for a changed profile what a node lost of it', async () => {
    const gate = Promise.withResolvers<void>()
    const waves = {
      send: (request: WaveRequest) => gate.promise.then(() => world.waves.send(request)),
    }
    world.start({ waves })
    const { author } = await audience()
    const post = await world.post(author)
    await world.settled()
    await world.commands.changeUser({ user: author }, { name: 'Renamed' })
    await world.settled()
    // Every watermark is past the event, and its rewriting has not begun.
    await world.redis.save()
    gate.resolve()
    await until(async () => (await fragmentOf(post))?.authorVersion === 2)
    await world.post(author)
    await world.settled()
    await world.server.kill()
    await world.server.start()
    await world.settled()

    await until(async () => (await fragmentOf(post))?.authorVersion === 2)
    expect((await fragmentOf(post))?.json).toContain('Renamed')
  })

  it('begins a new life after FLUSHALL, and lists are whole again when warmed', async () => {
    world.start()
    const { author, warm } = await audience()
    const [viewer] = warm as [UserId]
    const first = await world.post(author)
    await world.settled()
    const generation = await world.generationOf(viewer)
    await world.redis.flushall()
    await world.settled()

    expect(await world.generationOf(viewer)).not.toBe(generation)
    expect(await world.timelineOf(viewer)).toBeUndefined()
    expect(await world.warm.timeline(viewer)).toBe('warmed')
    const second = await world.post(author)
    await world.settled()
    expect(await world.timelineOf(viewer)).toEqual([second, first])
  })

  it('begins a new life in a new epoch, although nothing failed', async () => {
    world.start()
    const {
      author,
      warm: [viewer = expect.unreachable()],
    } = await audience()
    await world.settled()
    const before = await world.generationOf(viewer)
    await world.pool.query(`update settings set value = '2' where key = 'epoch'`)
    await until(async () => {
      await world.tick()
      return (await world.generationOf(viewer))?.startsWith('2.') === true
    }, 10_000)
    const post = await world.post(author)
    await world.settled()

    expect(before).toMatch(/^1\./)
    expect(await world.timelineOf(viewer)).toBeUndefined()
    expect(await world.warm.timeline(viewer)).toBe('warmed')
    expect(await world.timelineOf(viewer)).toEqual([post])
  })

  it('begins a new life when the outbox no longer reaches back', async () => {
    world.start()
    const { author, warm } = await audience()
    const [viewer] = warm as [UserId]
    const stale = await world.post(author)
    await world.settled()
    await world.redis.save()
    const generation = await world.generationOf(viewer)
    await world.commands.editPost({ user: author }, stale, { text: 'edited' })
    await world.settled()
    await world.server.kill()
    const reached = await world.tick()
    await world.pool.query('delete from ticks where n < $1', [reached])
    await world.server.start()
    await world.settled()

    expect(await world.generationOf(viewer)).not.toBe(generation)
    expect(await world.timelineOf(viewer)).toBeUndefined()
    // What the rolled-back node held of it would never have been corrected.
    expect((await fragmentOf(stale))?.version ?? 2).toBe(2)
  })

  it('catches up after Redis was away', async () => {
    world.start()
    const { author, warm } = await audience()
    await world.server.stop()
    const posts: PostId[] = []
    for (let at = 0; at < 5; at += 1) posts.unshift(await world.post(author))
    await world.tick()
    await world.server.start()
    await world.settled()

    for (const viewer of warm) expect(await world.timelineOf(viewer)).toEqual(posts)
  })
})

describe('a post that cannot be delivered', () => {
  const poisoned = (truth: DeliverDeps['truth'], poison: Set<PostId>): DeliverDeps['truth'] => ({
    ...truth,
    posts: (ids) =>
      ids.some((id) => poison.has(id))
        ? Promise.reject(new AppError('EVENT_MALFORMED', 'poison'))
        : truth.posts(ids),
  })

  const exceptions = async () => {
    await using session = await world.store.open()
    return [...(await session.watermarks()).values()].map((watermark) => watermark.exceptions)
  }

  it('stands beside every watermark, holds up nothing, and leaves when it was replayed', async () => {
    const poison = new Set<PostId>()
    world.start({ truth: poisoned(world.truth, poison) })
    const { author, warm } = await audience()
    const [viewer] = warm as [UserId]
    // Known before delivery can see it: the row is written with an id of ours.
    const { bad, good } = await inOneBatch(author, poison)

    expect(await exceptions()).toEqual(allBuckets.map(() => [{ author, post: bad }]))
    expect(await world.timelineOf(viewer)).toEqual([good])
    const [letter] = await world.deadLetters.list({ group: 'deliver', limit: 10 })
    expect(letter?.event.event).toMatchObject({ type: 'post.created', post: bad })

    poison.clear()
    await replayDeadLetter(letter?.id ?? '', {
      deadLetters: world.deadLetters,
      handlers: new Map([['deliver', replayDelivery(world)]]),
    })
    expect(await world.timelineOf(viewer)).toEqual([good, bad])
    await until(async () => {
      await world.settled()
      return (await exceptions()).every((found) => found.length === 0)
    })
  })

  it('is found again by the next consumer', async () => {
    const poison = new Set<PostId>()
    world.start({ truth: poisoned(world.truth, poison) })
    const { author } = await audience()
    const { bad } = await inOneBatch(author, poison)
    await world.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await world.settled()

    expect(await exceptions()).toEqual(allBuckets.map(() => [{ author, post: bad }]))
    expect(await world.deadLetters.list({ group: 'deliver', limit: 10 })).toHaveLength(1)
  })

  it('leaves no older text behind, when it was an edit', async () => {
    const poison = new Set<PostId>()
    world.start({ truth: poisoned(world.truth, poison) })
    const { author } = await audience()
    const post = await world.post(author)
    await world.settled()
    expect(await fragmentOf(post)).toMatchObject({ version: 1 })
    poison.add(post)
    await world.commands.editPost({ user: author }, post, { text: 'better' })
    await world.settled()

    expect(await world.deadLetters.list({ group: 'deliver', limit: 10 })).toHaveLength(1)
    expect(await fragmentOf(post)).toBe(undefined)
  })

  /** Two posts of one transaction, the first of which is poison before anybody can read it. */
  async function inOneBatch(author: UserId, poison: Set<PostId>) {
    const { rows } = await world.pool.query<{ id: PostId }>(
      'select mint_id(shard_of($1)::int) as id from generate_series(1, 2)',
      [author],
    )
    const [bad = expect.unreachable(), good = expect.unreachable()] = rows.map(({ id }) => id)
    poison.add(bad)
    await world.pool.query(
      `with made as (
         insert into posts (shard, id, author_id, text, delivery, created_at)
         select shard_of(id), id, $1, 'text', 'push', now() from unnest($2::bigint[]) id returning id
       )
       insert into outbox (partition, key, event)
       select $3, $1::text, jsonb_build_object('type', 'post.created', 'post', id::text,
         'author', $1::text, 'delivery', 'push') from made`,
      [author, [bad, good], logPartitionOf(author)],
    )
    await world.settled()
    return { bad, good }
  }
})
