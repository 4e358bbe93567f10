import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { visiblePosts } from '../../oracle/oracle.ts'
import { storesWorld, type StoresWorld } from './stores-world.ts'

let world: StoresWorld
let people: readonly UserId[]
let token: Token | undefined
const posts: PostId[] = []

beforeEach(async () => {
  world = await storesWorld({ listPostsMax: 8, sessionPostsMax: 10 })
  world.start()
  people = await world.people(6)
  await world.settled()
  token = undefined
  posts.length = 0
})
afterEach(() => world[Symbol.asyncDispose]())

const person = (n: number): UserId => people[n % people.length] ?? expect.unreachable()
const noted = <Value extends { readonly token: Token }>(written: Value): Value => {
  token = written.token
  return written
}

/** Numbers drawn by the generator, made into a write. A refusal is an answer like any other. */
async function write([what, a, b]: readonly [string, number, number]): Promise<void> {
  const { commands } = world
  const [from, to] = [person(a), person(b)]
  if (what === 'post') {
    posts.push(
      noted(await commands.createPost({ user: from }, { text: `post ${a} ${b}` })).facts.id,
    )
    return
  }
  if (what === 'delete') {
    const post = posts[b % Math.max(1, posts.length)]
    const { rows } = await world.pool.query<{ author: UserId }>(
      'select author_id as author from posts where id = $1 and deleted_at is null',
      [post ?? 0],
    )
    const author = rows[0]?.author
    if (post !== undefined && author !== undefined) {
      noted(await commands.deletePost({ user: author }, post))
    }
    return
  }
  if (what === 'pull' || what === 'push') {
    await world.pool.query(
      `insert into settings (key, value) values ('delivery.strategy', $1)
       on conflict (key) do update set value = $1`,
      [JSON.stringify(what)],
    )
    return
  }
  if (from === to) return
  const relate = commands[what as 'follow' | 'unfollow' | 'mute' | 'unmute' | 'block']
  await relate({ user: from }, to).then(noted, (error: unknown) => {
    expect(error).toMatchObject({ code: 'USER_NOT_FOUND' })
  })
}

const writes = fc.array(
  fc.tuple(
    fc.constantFrom(
      ...Array.from({ length: 8 }, () => 'post'),
      ...Array.from({ length: 5 }, () => 'follow'),
      'unfollow',
      'mute',
      'unmute',
      'block',
      'delete',
      'pull',
      'push',
    ),
    fc.nat(5),
    fc.nat(40),
  ),
  { minLength: 30, maxLength: 40, size: 'max' },
)

const SEED = Number(process.env['FEED_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const histories = fc.sample(writes, { seed: SEED, numRuns: 3 })

describe(`the home feed on Postgres and Redis (FEED_SEED=${SEED})`, () => {
  it.each(histories.map((history, at) => ({ history, at })))(
    'equals the oracle after each write, history $at',
    async ({ history }) => {
      for (const [at, each] of history.entries()) {
        await write(each)
        const viewer = person(at)
        const page = await world.page({ viewer, limit: 4, token })
        expect(page).toMatchObject({ completeness: 'complete', missing: [] })
        await exactInItsInterval(viewer, page)
      }
      for (const viewer of people) {
        const visible = await visiblePosts(world.pool, viewer)
        for (const mode of ['latest', 'ranked'] as const) {
          const pages = await world.walk(viewer, mode, 3, token)
          expect(pages.flatMap(({ ids }) => ids).toSorted()).toEqual(visible.toSorted())
        }
      }
    },
  )

  async function exactInItsInterval(
    viewer: UserId,
    {
      ids,
      interval,
    }: { readonly ids: readonly PostId[]; readonly interval: { oldest: string | null } },
  ): Promise<void> {
    const visible = await visiblePosts(world.pool, viewer)
    const oldest = BigInt(interval.oldest ?? 0)
    expect(ids).toEqual(visible.filter((id) => BigInt(id) >= oldest))
  }
})

/** The first person follows all others, who have published; all lists are warm. */
async function warmViewer(): Promise<UserId> {
  const [viewer = expect.unreachable(), ...others] = people
  for (const other of others) {
    noted(await world.commands.follow({ user: viewer }, other))
    noted(await world.commands.createPost({ user: other }, { text: 'hello' }))
  }
  await world.settled()
  await world.walk(viewer, 'latest', 3, token)
  await world.answered()
  await world.page({ viewer })
  await world.answered()
  world.calls.waves = 0
  world.calls.truth = 0
  return viewer
}

describe('a warm page on Postgres and Redis', () => {
  it('takes two waves of Redis, one more to rank posts whose authors are new to it, one more without the record', async () => {
    const viewer = await warmViewer()
    const counted = async (mode: 'latest' | 'ranked') => {
      const before = world.calls.waves
      const page = await world.page({ viewer, mode, limit: 3 })
      expect(page).toMatchObject({ completeness: 'complete', ids: { length: 3 } })
      await world.answered()
      return world.calls.waves - before
    }

    expect(await counted('latest')).toBe(2)
    expect(await counted('ranked')).toBe(3)
    expect(await counted('ranked')).toBe(2)
    world.records.clear()
    expect(await counted('latest')).toBe(3)
    world.records.clear()
    expect(await counted('ranked')).toBe(3)
    expect(world.calls.truth).toBe(0)
  })

  it('comes from Postgres after FLUSHALL, whole, and is warm again after it', async () => {
    const viewer = await warmViewer()
    await world.redis.flushall()
    expect(await world.page({ viewer })).toMatchObject({
      completeness: 'complete',
      ids: { length: 5 },
    })

    await world.settled()
    // A new life claims no time until the next tick.
    await world.settled()
    await world.page({ viewer })
    await world.answered()
    world.calls.truth = 0
    expect(await world.page({ viewer })).toMatchObject({
      completeness: 'complete',
      ids: { length: 5 },
    })
    expect(world.calls.truth).toBe(0)
  })

  it('comes from Postgres while Redis is stopped, whole and labelled', async () => {
    const viewer = await warmViewer()
    const { nextCursor } = await world.page({ viewer, mode: 'ranked', limit: 2 })
    await world.server.kill()

    const visible = await visiblePosts(world.pool, viewer)
    expect(await world.page({ viewer, mode: 'ranked' })).toMatchObject({
      completeness: 'degraded',
      missing: ['redis', 'session'],
      ids: visible,
    })
    await expect(world.page({ viewer, limit: 2, cursor: nextCursor ?? '' })).rejects.toMatchObject({
      code: 'FEED_SESSION_UNAVAILABLE',
    })
  })
})
