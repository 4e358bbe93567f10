import { describe, expect, it } from 'vitest'
import type { PostFragment } from '../../shared/fragment.ts'
import { THE_BEGINNING, type UserId } from '../../shared/ids.ts'
import { allBuckets, bucketOf, keys, type Bucket } from '../../shared/keys.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import type { PartitionMark } from '../../shared/watermark.ts'
import type { Claim, DeliverySession, DeliveryStore } from '../../origin/ports/delivery-store.ts'
import type { ListStore } from '../../origin/ports/list-store.ts'
import type { ProjectionFills } from '../../origin/ports/projection-fills.ts'
import type { SessionStore } from '../../origin/ports/session-store.ts'
import type { Waves } from '../../origin/ports/waves.ts'
import { aGeneration, aHorizon, aMark, aPost, aUser } from '../support/feed-builders.ts'

/** All of them over one node that was empty before. */
export interface NodeUnderTest {
  readonly delivery: DeliveryStore
  readonly lists: ListStore
  readonly waves: Waves
  readonly fills: ProjectionFills
  readonly sessions: SessionStore
}

const NOW_MS = 1_000_000
export const now = () => NOW_MS

const aFragment = (
  version: number,
  authorVersion = 1,
  json = `{"v":${version}}`,
): PostFragment => ({
  author: '7' as UserId,
  version,
  authorVersion,
  json,
})

const aRecord = (viewer: UserId, version: number): ViewerRecord => ({
  viewer,
  version,
  large: false,
  follows: new Set([aUser(), aUser()]),
  recentFollows: [{ followee: aUser(), xid: 12 }],
  recentFollowsAbove: 0,
  blocks: new Set([aUser()]),
  mutes: new Set(),
})

const claimOf = (bucket: Bucket, expected: PartitionMark | undefined, tick: number): Claim => ({
  bucket,
  partition: 3,
  generation: aGeneration(1),
  expected,
  mark: aMark(tick),
  exceptions: [],
})

/** What a DeliveryStore is, seen through the reads of pages. */
export function deliveryStoreContract(make: () => Promise<NodeUnderTest>): void {
  const living = async (): Promise<NodeUnderTest & { readonly session: DeliverySession }> => {
    const made = await make()
    const session = await made.delivery.open()
    await session.watermarks()
    await session.begin(allBuckets, aGeneration(1), aMark(1))
    return { ...made, session }
  }

  describe('a delivery session', () => {
    it('finds no watermark where nothing was begun', async () => {
      const { delivery } = await make()
      await using session = await delivery.open()

      expect(await session.watermarks()).toEqual(new Map())
    })

    it('begins every bucket with every partition known', async () => {
      const { session } = await living()
      const watermarks = await session.watermarks()

      expect(watermarks.size).toBe(allBuckets.length)
      for (const { generation, marks, exceptions } of watermarks.values()) {
        expect(generation).toBe(aGeneration(1))
        expect(marks).toEqual(marks.map(() => aMark(1)))
        expect(exceptions).toEqual([])
      }
    })

    it('leaves a bucket alone that somebody else began meanwhile', async () => {
      const { delivery, waves } = await make()
      const post = aPost()
      await using first = await delivery.open()
      await using second = await delivery.open()
      await Promise.all([first.watermarks(), second.watermarks()])
      await first.begin(allBuckets, aGeneration(1), aMark(1))
      await first.putPosts(new Map([[post, aFragment(1)]]))
      await second.begin(allBuckets, aGeneration(2), aMark(2))

      expect((await waves.send({ posts: [post] })).posts.get(post)).toEqual(aFragment(1))
      expect((await second.watermarks()).get(allBuckets[0] as Bucket)?.generation).toBe('1.1')
    })

    it('removes what an earlier life left in the bucket', async () => {
      const { session, waves, lists } = await living()
      const [post, user] = [aPost(), aUser()]
      await session.putPosts(new Map([[post, aFragment(1)]]))
      await session.putUsers(new Map([[user, { version: 1, json: '{}' }]]))
      await session.putViewers([aRecord(user, 1)])
      const empty = { ids: [], floor: THE_BEGINNING, horizon: aHorizon() }
      await lists.warm(keys.timeline(user), async () => empty)
      await session.watermarks()
      await session.begin([bucketOf(post), bucketOf(user)], aGeneration(2), aMark(2))

      const answer = await waves.send({
        posts: [post],
        users: [user],
        viewers: [user],
        lists: [keys.timeline(user)],
      })
      for (const found of [answer.posts, answer.users, answer.viewers, answer.lists]) {
        expect(found.size).toBe(0)
      }
    })

    it('advances a claim that compares, and says which did not', async () => {
      const { session } = await living()
      const [good, bad] = [allBuckets[0] as Bucket, allBuckets[1] as Bucket]

      expect(await session.claim([claimOf(good, aMark(1), 2), claimOf(bad, aMark(5), 6)])).toEqual([
        bad,
      ])
      const watermarks = await session.watermarks()
      expect(watermarks.get(good)?.marks[3]).toEqual(aMark(2))
      expect(watermarks.get(good)?.marks[4]).toEqual(aMark(1))
      expect(watermarks.get(bad)?.marks[3]).toEqual(aMark(1))
    })

    it('refuses the claims of another life of the bucket', async () => {
      const { session } = await living()
      const [bucket] = allBuckets as [Bucket]
      await session.watermarks()
      await session.begin([bucket], aGeneration(2), aMark(1))

      expect(await session.claim([claimOf(bucket, aMark(1), 2)])).toEqual([bucket])
    })

    it('claims several partitions of a bucket together or not at all', async () => {
      const { session } = await living()
      const [bucket] = allBuckets as [Bucket]
      const claims = [
        claimOf(bucket, aMark(1), 2),
        { ...claimOf(bucket, aMark(9), 2), partition: 4 },
      ]

      expect(await session.claim(claims)).toEqual([bucket])
      expect((await session.watermarks()).get(bucket)?.marks[3]).toEqual(aMark(1))
    })

    it('refuses one of two sessions that claim at the same moment, and not the other', async () => {
      const { session, delivery } = await living()
      await using other = await delivery.open()
      const [bucket, alike] = allBuckets as [Bucket, Bucket]
      const claims = [claimOf(bucket, aMark(9), 2), claimOf(alike, aMark(1), 2)]
      const others = [bucket, alike].map((each) => ({
        ...claimOf(each, aMark(1), 2),
        partition: 4,
      }))

      const refused = await Promise.all([session.claim(claims), other.claim(others)])
      expect(refused).toEqual([[bucket], []])
      const watermarks = await session.watermarks()
      expect(watermarks.get(bucket)?.marks.slice(3, 5)).toEqual([aMark(1), aMark(2)])
      expect(watermarks.get(alike)?.marks.slice(3, 5)).toEqual([aMark(2), aMark(2)])
    })

    it('writes exceptions beside the mark, and takes them back', async () => {
      const { session } = await living()
      const [bucket] = allBuckets as [Bucket]
      const exceptions = [{ author: aUser(), post: aPost() }]
      await session.claim([{ ...claimOf(bucket, aMark(1), 2), exceptions }])
      expect((await session.watermarks()).get(bucket)?.exceptions).toEqual(exceptions)

      await session.claim([claimOf(bucket, aMark(2), 3)])
      expect((await session.watermarks()).get(bucket)?.exceptions).toEqual([])
    })

    it('pushes to thousands of lists at once, and trims those that are full', async () => {
      const { session, lists } = await living()
      const timelines = Array.from({ length: 1_000 }, () => keys.timeline(aUser()))
      const warm = timelines.filter((_, at) => at % 100 === 0)
      for (const list of warm) {
        await lists.warm(list, async () => ({
          ids: [],
          floor: THE_BEGINNING,
          horizon: aHorizon(),
        }))
      }
      const posts = Array.from({ length: 30 }, aPost)
      for (const post of posts) await session.push(timelines, post)

      for (const list of warm) {
        const kept = await lists.read(list)
        expect(kept?.ids.length).toBeLessThan(posts.length)
        expect(new Set(kept?.ids)).toEqual(new Set(posts.slice(-(kept?.ids.length ?? 0))))
      }
    })

    it('never lowers the version of a fragment', async () => {
      const { session, waves } = await living()
      const [post, user] = [aPost(), aUser()]
      for (const version of [2, 1, 3, 2]) {
        await session.putPosts(new Map([[post, aFragment(version)]]))
        await session.putUsers(new Map([[user, { version, json: `{"v":${version}}` }]]))
        await session.putViewers([aRecord(user, version)])
      }
      const answer = await waves.send({ posts: [post], users: [user], viewers: [user] })

      expect(answer.posts.get(post)).toEqual(aFragment(3))
      expect(answer.users.get(user)).toEqual({ version: 3, json: '{"v":3}' })
      expect(answer.viewers.get(user)?.version).toBe(3)
    })

    it('never lowers the version of an author inside a post', async () => {
      const { session, waves } = await living()
      const post = aPost()
      await session.putPosts(new Map([[post, aFragment(1, 2)]]))
      await session.putPosts(new Map([[post, aFragment(1, 1, 'old')]]))

      expect((await waves.send({ posts: [post] })).posts.get(post)).toEqual(aFragment(1, 2))
    })

    it.each([
      ['an old text with a new author', [2, 1], [1, 2]],
      ['a new text with an old author', [1, 2], [2, 1]],
    ] as const)('keeps neither of %s', async (_, [v1, a1], [v2, a2]) => {
      const { session, waves } = await living()
      const post = aPost()
      await session.putPosts(new Map([[post, aFragment(v1, a1)]]))
      await session.putPosts(new Map([[post, aFragment(v2, a2)]]))
      expect((await waves.send({ posts: [post] })).posts.size).toBe(0)

      await session.putPosts(new Map([[post, aFragment(2, 2)]]))
      expect((await waves.send({ posts: [post] })).posts.get(post)).toEqual(aFragment(2, 2))
    })

    it('does not let a late text bring a deleted post back', async () => {
      const { session, waves } = await living()
      const post = aPost()
      const tombstone = { ...aFragment(3), json: undefined }
      await session.putPosts(new Map([[post, aFragment(2)]]))
      await session.putPosts(new Map([[post, tombstone]]))
      await session.putPosts(new Map([[post, aFragment(2, 9)]]))

      const found = (await waves.send({ posts: [post], heads: [post] })).posts.get(post)
      expect(found).toMatchObject({ version: 3, json: undefined })
    })

    it('buries a post whatever version its author has', async () => {
      const { session, waves } = await living()
      const post = aPost()
      await session.putPosts(new Map([[post, aFragment(2, 9)]]))
      await session.putPosts(new Map([[post, { ...aFragment(3, 1), json: undefined }]]))

      const found = (await waves.send({ posts: [post] })).posts.get(post)
      expect(found).toMatchObject({ version: 3, json: undefined })
    })

    it.each([
      ['that is there', true],
      ['that comes late', false],
    ])('forgets a text %s, when nobody can tell the next one', async (_, isThere) => {
      const { session, waves } = await living()
      const post = aPost()
      const texts = async () => (await waves.send({ posts: [post] })).posts.get(post)
      if (isThere) await session.putPosts(new Map([[post, aFragment(1)]]))
      await session.putPosts(new Map([[post, aFragment(2, -1)]]))
      expect(await texts()).toBe(undefined)
      await session.putPosts(new Map([[post, aFragment(1)]]))
      expect(await texts()).toBe(undefined)
      await session.putPosts(new Map([[post, aFragment(2)]]))
      expect(await texts()).toEqual(aFragment(2))
    })

    it('forgets a profile, when nobody can tell the next one', async () => {
      const { session, waves } = await living()
      const user = aUser()
      const profile = async () => (await waves.send({ users: [user] })).users.get(user)
      await session.putUsers(new Map([[user, { version: 1, json: '{}' }]]))
      await session.putUsers(new Map([[user, { version: 2, json: '' }]]))
      await session.putUsers(new Map([[user, { version: 1, json: '{}' }]]))
      expect(await profile()).toBe(undefined)
      await session.putUsers(new Map([[user, { version: 2, json: '{"v":2}' }]]))
      expect(await profile()).toEqual({ version: 2, json: '{"v":2}' })
    })

    it('carries any text, byte for byte', async () => {
      const { session, waves } = await living()
      const post = aPost()
      const fragment = aFragment(1, 1, JSON.stringify({ text: 'é 漢字 🙂‍↔️ \r\n$5\r\n "ق"' }))
      await session.putPosts(new Map([[post, fragment]]))

      expect((await waves.send({ posts: [post] })).posts.get(post)).toEqual(fragment)
    })

    it('gives a viewer record back as it was put', async () => {
      const { session, waves } = await living()
      const record = aRecord(aUser(), 4)
      await session.putViewers([record])

      const answer = await waves.send({ viewers: [record.viewer] })
      expect(answer.viewers.get(record.viewer)).toEqual(record)
    })
  })

  describe('fills by readers', () => {
    it('put back what is missing, and never what is older', async () => {
      const { session, fills, waves } = await living()
      const [known, missing] = [aPost(), aPost()]
      await session.putPosts(new Map([[known, aFragment(2)]]))
      const read = new Map([
        [known, aFragment(1)],
        [missing, aFragment(1)],
      ])
      await fills.posts(read, NOW_MS)

      const { posts } = await waves.send({ posts: [known, missing] })
      expect([posts.get(known)?.version, posts.get(missing)?.version]).toEqual([2, 1])
    })

    it('drop what was read more than a second ago', async () => {
      const { fills, waves } = await living()
      const [post, user] = [aPost(), aUser()]
      await fills.posts(new Map([[post, aFragment(1)]]), NOW_MS - 1_001)
      await fills.users(new Map([[user, { version: 1, json: '{}' }]]), NOW_MS - 1_001)
      await fills.viewers([aRecord(user, 1)], NOW_MS - 1_001)

      const answer = await waves.send({ posts: [post], users: [user], viewers: [user] })
      expect([answer.posts.size, answer.users.size, answer.viewers.size]).toEqual([0, 0, 0])
    })

    it('keep the counts of the higher version', async () => {
      const { fills, waves } = await living()
      const user = aUser()
      await fills.counts(new Map([[user, { version: 2, json: '{"followers":2}' }]]))
      await fills.counts(new Map([[user, { version: 1, json: '{"followers":1}' }]]))

      expect((await waves.send({ counts: [user] })).counts.get(user)).toBe('{"followers":2}')
    })
  })

  describe('ranked sessions', () => {
    it('keep the newest three of a viewer', async () => {
      const { sessions, waves } = await living()
      const viewer = aUser()
      const names = ['session-a', 'session-b', 'session-c', 'session-d']
      for (const name of names) await sessions.write(viewer, name, `text of ${name}`)

      const answer = await waves.send({
        sessions: names.map((session) => ({ viewer, session })),
      })
      expect([...answer.sessions]).toEqual(names.slice(1).map((name) => [name, `text of ${name}`]))
    })
  })
}
