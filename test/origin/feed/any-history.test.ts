import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { compareIds, type PostId, type UserId } from '../../../shared/ids.ts'
import { keys } from '../../../shared/keys.ts'
import { feedWorld, post, user, type FeedWorld } from './world/feed-world.ts'

/** A walk that is held while the world goes on. */
interface Walk {
  readonly viewer: UserId
  cursor: string
  /** Visible when page one was read, and ever since. */
  readonly owed: Set<PostId>
  readonly seen: PostId[]
}

interface State {
  walk: Walk | undefined
}

type Take = (world: FeedWorld, state: State) => void | Promise<void>
interface Step {
  readonly take: Take
  [fc.toStringMethod](): string
}

/** Steps print as what they do, so that a shrunk history can be read. */
const step = <Args extends unknown[]>(
  name: string,
  args: fc.Arbitrary<Args>,
  make: (...args: Args) => Take,
): fc.Arbitrary<Step> =>
  args.map((drawn) => ({
    take: make(...drawn),
    [fc.toStringMethod]: () => `${name}(${drawn.join(', ')})`,
  }))

const person = fc.integer({ min: 1, max: 5 })
const limit = fc.integer({ min: 1, max: 7 })

/** Numbers are drawn from a small range, so that posts commit out of the order of their ids. */
const publish = step(
  'publish',
  fc.tuple(person, fc.integer({ min: 0, max: 400 }), fc.constantFrom('push', 'push', 'pull')),
  (author, n, delivery) =>
    ({ ledger }) => {
      if (!ledger.posts.has(post(n))) ledger.post(user(author), post(n), delivery)
    },
)

/** Neighbours by id, as posts of one millisecond are. */
const burst = step(
  'burst',
  fc.tuple(person, fc.integer({ min: 0, max: 390 }), fc.integer({ min: 2, max: 8 })),
  (author, first, count) =>
    ({ ledger }) => {
      for (let n = first; n < first + count; n += 1) {
        if (!ledger.posts.has(post(n))) ledger.post(user(author), post(n), 'push')
      }
    },
)

const remove = step('remove', fc.tuple(fc.nat(40)), (n) => ({ ledger }) => {
  const ids = [...ledger.posts.keys()]
  const id = ids[n % Math.max(1, ids.length)]
  if (id !== undefined) ledger.remove(id)
})

const relate = step(
  'relate',
  fc.tuple(
    person,
    fc.constantFrom('follow', 'follow', 'follow', 'unfollow', 'mute', 'unmute', 'block'),
    person,
  ),
  (from, what, to) =>
    ({ ledger }) => {
      if (what === 'mute' || what === 'unmute') ledger.mute(user(from), user(to), what === 'mute')
      else ledger[what](user(from), user(to))
    },
)

const move = step(
  'move',
  fc.tuple(fc.constantFrom('hear', 'hear 3', 'deliver', 'deliver', 'flush', 'forget records')),
  (what) => async (world) => {
    if (what === 'hear') world.hear()
    if (what === 'hear 3') world.hear(3)
    if (what === 'flush') world.loseRedis()
    if (what === 'forget records') world.records.clear()
    if (what === 'deliver') await world.deliver()
  },
)

const evict = step(
  'evict',
  fc.tuple(person, fc.constantFrom('timeline', 'author list', 'fragments', 'record')),
  (who, what) =>
    ({ node }) => {
      if (what === 'timeline') node.lists.delete(keys.timeline(user(who)))
      if (what === 'author list') node.lists.delete(keys.authorList(user(who)))
      if (what === 'record') node.viewers.delete(user(who))
      if (what !== 'fragments') return
      for (const [id, { author }] of node.posts) if (author === user(who)) node.posts.delete(id)
    },
)

/** With the token of now, a page holds exactly what the ledger shows in its interval. */
const read = step(
  'read',
  fc.tuple(person, limit, fc.constantFrom('latest', 'ranked')),
  (who, postsMax, mode) => async (world, state) => {
    const viewer = user(who)
    const token = { epoch: 1, xid: world.ledger.horizon().xmin - 1 }
    const visible = world.ledger.visibleIds(viewer)
    const page = await world.page({ viewer, limit: postsMax, mode, token })
    await world.settled()

    assert.equal(page.completeness, 'complete')
    const { oldest } = page.interval
    const inside = visible.filter((id) => oldest === null || compareIds(id, oldest) >= 0)
    if (mode === 'latest' || page.nextCursor === null) {
      assert.deepEqual(page.ids.toSorted(), inside.toSorted())
    }
    assert.deepEqual(missingFrom(inside, page.ids), [])
    if (page.nextCursor === null) assert.deepEqual(inside, visible)
    else state.walk ??= { viewer, cursor: page.nextCursor, owed: new Set(visible), seen: page.ids }
  },
)

/** What was visible on page one and stays visible comes exactly once. */
const walkOn = step('walk on', fc.tuple(limit), (postsMax) => async (world, state) => {
  const { walk } = state
  if (walk === undefined) return
  const page = await orGone(world.page({ ...walk, limit: postsMax }))
  await world.settled()
  if (page === undefined) {
    state.walk = undefined
    return
  }
  assert.equal(page.completeness, 'complete')
  walk.seen.push(...page.ids)
  assert.equal(new Set(walk.seen).size, walk.seen.length, 'a post came twice')
  if (page.nextCursor !== null) {
    walk.cursor = page.nextCursor
    return
  }
  assert.deepEqual(missingFrom(walk.seen, [...walk.owed]), [])
  state.walk = undefined
})

const missingFrom = (ids: readonly PostId[], wanted: readonly PostId[]): PostId[] =>
  wanted.filter((id) => !ids.includes(id))

/** A whole walk at once, while nothing happens: the ledger's posts, each once. */
const walkAll = step(
  'walk all',
  fc.tuple(person, limit, fc.constantFrom('latest', 'ranked')),
  (who, postsMax, mode) => async (world) => {
    const viewer = user(who)
    const token = { epoch: 1, xid: world.ledger.horizon().xmin - 1 }
    const seen: PostId[] = []
    let pages = 0
    let cursor: string | undefined
    do {
      const page = await world.page({ viewer, limit: postsMax, mode, token, cursor })
      assert.equal(page.completeness, 'complete')
      seen.push(...page.ids)
      assert.equal(new Set(seen).size, seen.length, 'a post came twice')
      assert.ok((pages += 1) < 1_000, 'the walk does not end')
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    await world.settled()
    assert.deepEqual(seen.toSorted(), world.ledger.visibleIds(viewer).toSorted())
  },
)

async function orGone<Value>(page: Promise<Value>): Promise<Value | undefined> {
  try {
    return await page
  } catch (error) {
    if (error instanceof AppError && error.code === 'FEED_SESSION_GONE') return undefined
    throw error
  }
}

/** What vanishes, even for a moment between two pages, is no longer owed. */
function forgiveVanished({ ledger }: FeedWorld, { walk }: State): void {
  if (walk === undefined) return
  const visible = new Set(ledger.visibleIds(walk.viewer))
  for (const id of walk.owed) if (!visible.has(id)) walk.owed.delete(id)
}

describe('the home feed, whatever happened before', () => {
  it('holds what the ledger shows, and walks exactly', async () => {
    const history = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: publish },
        { weight: 3, arbitrary: burst },
        { weight: 1, arbitrary: remove },
        { weight: 4, arbitrary: relate },
        { weight: 4, arbitrary: move },
        { weight: 2, arbitrary: evict },
        { weight: 4, arbitrary: read },
        { weight: 3, arbitrary: walkOn },
        { weight: 2, arbitrary: walkAll },
      ),
      { minLength: 20, maxLength: 80, size: 'max' },
    )
    const run = fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const world = feedWorld({ listPostsMax: 8, sessionPostsMax: 10 })
        const state: State = { walk: undefined }
        for (const { take } of steps) {
          await take(world, state)
          forgiveVanished(world, state)
        }
      }),
      { numRuns: 300 },
    )

    await expect(run).resolves.toBeUndefined()
  })
})
