import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Truth } from '../../origin/ports/truth.ts'
import type { Relation } from '../../origin/ports/writes.ts'
import { hasXid } from '../../shared/horizon.ts'
import {
  compareIds,
  newestFirst,
  THE_BEGINNING,
  type PostId,
  type UserId,
} from '../../shared/ids.ts'
import { RECENT_FOLLOWS_MAX, RELATIONS_INLINE_MAX } from '../../shared/limits.ts'
import type { UserCounts } from '../../shared/user.ts'

/** A database, and how it comes to hold something. */
export interface TruthUnderTest {
  readonly truth: Truth
  users(count: number): Promise<readonly UserId[]>
  /** At given seconds of the first day of 2026; the same second makes ids that differ in their sequence only. */
  posts(
    author: UserId,
    seconds: readonly number[],
    delivery?: 'push' | 'pull',
  ): Promise<readonly PostId[]>
  /** In one transaction. */
  relate(relation: Relation, from: UserId, to: readonly UserId[]): Promise<void>
  followDaysAgo(from: UserId, to: UserId, days: number): Promise<void>
  remove(ids: readonly PostId[]): Promise<void>
  /** Sets name and version. */
  rename(user: UserId, name: string, version: number): Promise<void>
  count(user: UserId, counts: UserCounts & { readonly version: number }): Promise<void>
  /** A transaction that stays open. */
  hold(): Promise<{ readonly xid: number; readonly commit: () => Promise<void> }>
}

/** What a Truth is. Each adapter's test calls this with a way to make one. */
export function truthContract(make: () => Promise<TruthUnderTest>): void {
  let database: TruthUnderTest
  let truth: Truth
  beforeAll(async () => {
    database = await make()
    truth = database.truth
  })
  const users = async (count: number) => [...(await database.users(count))]
  const posts = async (...asked: Parameters<TruthUnderTest['posts']>) => [
    ...(await database.posts(...asked)),
  ]
  const follow = (from: UserId, to: readonly UserId[]) => database.relate('follow', from, to)
  const remove = (ids: readonly PostId[]) => database.remove(ids)

  describe('timelines of a truth', () => {
    it('page through everything of followees and oneself, whatever the shape', async () => {
      const shape = fc.record({
        seconds: fc.array(fc.array(fc.nat(20), { maxLength: 25 }), { minLength: 1, maxLength: 12 }),
        limit: fc.integer({ min: 1, max: 12 }),
        deletedEach: fc.integer({ min: 2, max: 9 }),
      })
      await fc.assert(
        fc.asyncProperty(shape, async ({ seconds, limit, deletedEach }) => {
          const [viewer, stranger, ...followees] = await users(seconds.length + 1)
          if (viewer === undefined || stranger === undefined) throw new Error('no users')
          await follow(viewer, followees)
          await posts(stranger, [1, 2, 3])
          const all: PostId[] = []
          for (const [at, moments] of seconds.entries()) {
            all.push(...(await posts([viewer, ...followees][at] ?? viewer, moments)))
          }
          const deleted = all.filter((_, at) => at % deletedEach === 0)
          await remove(deleted)
          const expected = all.filter((id) => !deleted.includes(id)).toSorted(newestFirst)

          const list = await truth.timeline(viewer, limit)
          expect(list.ids).toEqual(expected.slice(0, limit))
          expect(list.floor).toBe(expected[limit] ?? THE_BEGINNING)

          const walked: PostId[] = []
          let ended = false
          for (let turn = 0; !ended && turn < 400; turn += 1) {
            const page = await truth.timelinePage(viewer, walked.at(-1), limit)
            walked.push(...page.ids)
            ended = page.ended
          }
          expect(walked).toEqual(expected)
        }),
        { numRuns: 25 },
      )
    })

    it('answer an author’s own posts, with a floor for the rest', async () => {
      const [author = expect.unreachable()] = await users(1)
      const all = (await posts(author, [1, 1, 1, 2, 3])).toSorted(newestFirst)

      expect((await truth.authorList(author, 3)).ids).toEqual(all.slice(0, 3))
      expect((await truth.authorList(author, 3)).floor).toBe(all[3])
      expect((await truth.authorList(author, 5)).floor).toBe(THE_BEGINNING)
      const page = await truth.authorPage(author, all[2], 5)
      expect(page).toMatchObject({ ids: all.slice(3), ended: true })
    })

    it('state a horizon that has what they show and lacks what is still open', async () => {
      const [viewer = expect.unreachable()] = await users(1)
      const open = await database.hold()
      expect(hasXid((await truth.timeline(viewer, 5)).horizon, open.xid)).toBe(false)
      await open.commit()
      expect(hasXid((await truth.timeline(viewer, 5)).horizon, open.xid)).toBe(true)
    })
  })

  describe('fragments of a truth', () => {
    it('are a post with its author, a tombstone when deleted, and missing when unknown', async () => {
      const [author = expect.unreachable()] = await users(1)
      const [kept = expect.unreachable(), gone = expect.unreachable()] = await posts(author, [1, 2])
      await remove([gone])
      await database.rename(author, 'Né "x"', 3)
      const found = await truth.posts([kept, gone, THE_BEGINNING])

      expect(found.size).toBe(2)
      expect(found.get(gone)).toEqual({ author, version: 2, authorVersion: 3, json: undefined })
      expect(found.get(kept)).toMatchObject({ author, version: 1, authorVersion: 3 })
      const json = found.get(kept)?.json ?? ''
      expect(JSON.parse(json)).toEqual({
        id: kept,
        author: {
          id: author,
          handle: expect.any(String),
          name: 'Né "x"',
          avatarUrl: null,
          verified: false,
        },
        text: 'text',
        createdAt: '2026-01-01T00:00:01.000Z',
        editedAt: null,
        language: null,
        sensitive: false,
      })
    })

    it('are a user without counts, which come apart', async () => {
      const [user = expect.unreachable(), other = expect.unreachable()] = await users(2)
      await database.count(user, { followers: 5, following: 6, posts: 7, version: 8 })
      const found = await truth.users([user, '1' as UserId])

      expect([...found.keys()]).toEqual([user])
      expect(Object.keys(JSON.parse(found.get(user)?.json ?? ''))).toEqual([
        'id',
        'handle',
        'name',
        'avatarUrl',
        'verified',
        'bio',
        'city',
        'interests',
        'createdAt',
      ])
      const counts = await truth.counts([user, other])
      expect(counts.get(user)).toEqual({ followers: 5, following: 6, posts: 7, version: 8 })
      expect(counts.get(other)).toEqual({ followers: 0, following: 0, posts: 0, version: 0 })
    })
  })

  describe('relations of a truth', () => {
    it('are a record with the newest follows itemised', async () => {
      const [viewer = expect.unreachable(), ...others] = await users(6)
      await follow(viewer, others.slice(0, 2))
      await follow(viewer, others.slice(2, 3))
      await database.relate('block', viewer, others.slice(3, 4))
      await database.relate('mute', viewer, others.slice(4, 5))
      const record = (await truth.viewerRecords([viewer])).get(viewer)

      expect(record).toMatchObject({ version: 1, large: false, recentFollowsAbove: 0 })
      expect(record?.follows).toEqual(new Set(others.slice(0, 3)))
      expect(record?.blocks).toEqual(new Set([others[3]]))
      expect(record?.mutes).toEqual(new Set([others[4]]))
      expect(record?.recentFollows.map(({ followee }) => followee)[0]).toBe(others[2])
      const xids = record?.recentFollows.map(({ xid }) => xid) ?? []
      expect(xids).toEqual(xids.toSorted((a, b) => b - a))
      for (const xid of xids) expect(record && hasXid(record.horizon, xid)).toBe(true)
    })

    it('leave follows out that are older than any list', async () => {
      const [viewer = expect.unreachable(), old = expect.unreachable()] = await users(2)
      await database.followDaysAgo(viewer, old, 8)
      const record = (await truth.viewerRecords([viewer])).get(viewer)

      expect(record?.follows).toEqual(new Set([old]))
      expect(record?.recentFollows).toEqual([])
    })

    it('say above which follow they no longer itemise', async () => {
      const [viewer = expect.unreachable(), ...others] = await users(RECENT_FOLLOWS_MAX + 6)
      for (const other of others) await follow(viewer, [other])
      const record = (await truth.viewerRecords([viewer])).get(viewer)
      const xids = record?.recentFollows.map(({ xid }) => xid) ?? []

      expect(xids).toHaveLength(RECENT_FOLLOWS_MAX + 1)
      expect(record?.recentFollowsAbove).toBeGreaterThan(0)
      expect(record?.recentFollowsAbove).toBeLessThan(Math.min(...xids))
    })

    it('say when a record is too large, and nothing else', async () => {
      const [viewer = expect.unreachable(), ...others] = await users(RELATIONS_INLINE_MAX + 2)
      await database.relate('mute', viewer, others)

      expect((await truth.viewerRecords([viewer])).get(viewer)).toMatchObject({
        large: true,
        mutes: new Set(),
      })
    })

    it('miss a viewer that does not exist', async () => {
      expect(await truth.viewerRecords(['1' as UserId])).toEqual(new Map())
    })

    it('give followers in chunks by id', async () => {
      const [author = expect.unreachable(), ...others] = await users(8)
      for (const other of others) await follow(other, [author])
      const first = await truth.followers(author, undefined, 4)
      const second = await truth.followers(author, first.at(-1), 4)

      expect([...first, ...second]).toEqual(others.toSorted(compareIds))
      expect(first).toHaveLength(4)
    })

    it('name the authors with a pull post since a time, with the newest of each', async () => {
      const [pulled = expect.unreachable(), pushed = expect.unreachable()] = await users(2)
      await posts(pulled, [1], 'pull')
      const [newest] = await posts(pulled, [100], 'pull')
      await posts(pushed, [100], 'push')
      const since = (seconds: number) => truth.pulledAuthors(Date.UTC(2026, 0, 1) + seconds * 1_000)

      expect((await since(50)).authors.get(pulled)).toBe(newest)
      expect((await since(50)).authors.has(pushed)).toBe(false)
      expect((await since(101)).authors.has(pulled)).toBe(false)
    })
  })
}
