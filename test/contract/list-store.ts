import { describe, expect, it } from 'vitest'
import { newestFirst, THE_BEGINNING, type PostId } from '../../shared/ids.ts'
import { allBuckets, keys } from '../../shared/keys.ts'
import type { PostList } from '../../shared/list.ts'
import type { DeliveryStore } from '../../origin/ports/delivery-store.ts'
import type { ListStore } from '../../origin/ports/list-store.ts'
import { aGeneration, aHorizon, aMark, aPost, aUser } from '../support/feed-builders.ts'

export interface ListStoreUnderTest {
  readonly lists: ListStore
  /** Over the same node: a list lives within a generation, which delivery begins. */
  readonly delivery: DeliveryStore
}

const listOf = (ids: readonly PostId[], floor: PostId = THE_BEGINNING): PostList => ({
  ids,
  floor,
  horizon: aHorizon(),
})
const aTimeline = () => keys.timeline(aUser())
const idsOf = (list: PostList | undefined) => [...new Set(list?.ids)].toSorted(newestFirst)

/** What a ListStore is. `make` gives an empty node whose lists keep so many posts. */
export function listStoreContract(
  make: (options: { readonly postsMax: number }) => Promise<ListStoreUnderTest>,
): void {
  const living = async (postsMax = 100): Promise<ListStoreUnderTest> => {
    const made = await make({ postsMax })
    await beginLife(made.delivery, 1)
    return made
  }

  describe('a list store', () => {
    it('does not let a push bring an absent list back', async () => {
      const { lists } = await living()
      const list = aTimeline()
      await lists.push([list], aPost())

      expect(await lists.read(list)).toBeUndefined()
    })

    it('gives back what it was warmed with', async () => {
      const { lists } = await living()
      const list = aTimeline()
      const [floor, older, newer] = [aPost(), aPost(), aPost()]

      expect(await lists.warm(list, async () => listOf([newer, older], floor))).toBe('warmed')
      expect(await lists.read(list)).toEqual(listOf([newer, older], floor))
    })

    it('keeps an empty list apart from an absent one', async () => {
      const { lists } = await living()
      const list = aTimeline()
      await lists.warm(list, async () => listOf([]))

      expect(await lists.read(list)).toEqual(listOf([]))
    })

    it('adds a post to each list that exists, once', async () => {
      const { lists } = await living()
      const [here, there, absent] = [aTimeline(), aTimeline(), aTimeline()]
      const post = aPost()
      for (const list of [here, there]) await lists.warm(list, async () => listOf([]))
      await lists.push([here, there, absent], post)
      await lists.push([here, there, absent], post)

      expect(idsOf(await lists.read(here))).toEqual([post])
      expect(idsOf(await lists.read(there))).toEqual([post])
      expect(await lists.read(absent)).toBeUndefined()
    })

    it('keeps a post that lands while the list is warming', async () => {
      const { lists } = await living()
      const [list, old, fresh] = [aTimeline(), aPost(), aPost()]
      await lists.warm(list, async () => {
        await lists.push([list], fresh)
        return listOf([old])
      })

      expect(idsOf(await lists.read(list))).toEqual([fresh, old])
    })

    it('shows nothing of a list that is being warmed', async () => {
      const { lists } = await living()
      const list = aTimeline()
      let seen: PostList | undefined
      await lists.warm(list, async () => {
        await lists.push([list], aPost())
        seen = await lists.read(list)
        return listOf([])
      })

      expect(seen).toBeUndefined()
    })

    it('leaves a list to its first warmer', async () => {
      const { lists } = await living()
      const [list, post] = [aTimeline(), aPost()]
      let second: unknown
      const first = await lists.warm(list, async () => {
        second = await lists.warm(list, async () => listOf([]))
        return listOf([post])
      })

      expect([first, second]).toEqual(['warmed', 'owned'])
      expect(idsOf(await lists.read(list))).toEqual([post])
    })

    it('leaves a whole list alone', async () => {
      const { lists } = await living()
      const [list, post] = [aTimeline(), aPost()]
      await lists.warm(list, async () => listOf([post]))

      expect(await lists.warm(list, () => expect.unreachable())).toBe('owned')
      expect(idsOf(await lists.read(list))).toEqual([post])
    })

    it('gives up when the list vanished while it was read', async () => {
      const { lists } = await living()
      const list = aTimeline()
      const result = await lists.warm(list, async () => {
        await lists.drop([list])
        await lists.push([list], aPost())
        return listOf([aPost()])
      })

      expect(result).toBe('gave-up')
      expect(await lists.read(list)).toBeUndefined()
    })

    it('does not let a first warmer finish what a second one began', async () => {
      const { lists } = await living()
      const [list, stale, fresh] = [aTimeline(), aPost(), aPost()]
      const result = await lists.warm(list, async () => {
        await lists.drop([list])
        await lists.warm(list, async () => listOf([fresh]))
        return listOf([stale])
      })

      expect(result).toBe('gave-up')
      expect(idsOf(await lists.read(list))).toEqual([fresh])
    })

    it('warms nothing in a bucket without a watermark', async () => {
      const { lists } = await make({ postsMax: 100 })
      const list = aTimeline()

      expect(await lists.warm(list, () => expect.unreachable())).toBe('gave-up')
    })

    it('does not know the lists of an earlier life of the bucket', async () => {
      const { lists, delivery } = await living()
      const [list, post] = [aTimeline(), aPost()]
      await lists.warm(list, async () => listOf([aPost()]))
      await beginLife(delivery, 2)

      expect(await lists.read(list)).toBeUndefined()
      expect(await lists.warm(list, async () => listOf([post]))).toBe('warmed')
      expect(idsOf(await lists.read(list))).toEqual([post])
    })

    it('gives up when a new life begins while the list is warming', async () => {
      const { lists, delivery } = await living()
      const list = aTimeline()
      const result = await lists.warm(list, async () => {
        await beginLife(delivery, 2)
        return listOf([aPost()])
      })

      expect(result).toBe('gave-up')
      expect(await lists.read(list)).toBeUndefined()
    })

    it('leaves a list free when its warmer failed', async () => {
      const { lists } = await living()
      const list = aTimeline()
      const failing = lists.warm(list, () => Promise.reject(new Error('no Postgres')))

      await expect(failing).rejects.toThrow('no Postgres')
      expect(await lists.read(list)).toBeUndefined()
    })

    it.each([8, 20, 100])(
      'cuts a list of %i and raises its floor over what it cut',
      async (max) => {
        const { lists } = await living(max)
        const list = aTimeline()
        const posts = Array.from({ length: max * 3 }, aPost)
        await lists.warm(list, async () => listOf([]))
        for (const post of posts) await lists.push([list], post)
        const kept = (await lists.read(list)) ?? listOf([])

        const above = posts.filter((post) => newestFirst(post, kept.floor) < 0)
        expect(above.length).toBeGreaterThanOrEqual(max)
        expect(above.length).toBeLessThan(posts.length)
        expect(kept.ids.length).toBeLessThanOrEqual(max + Math.ceil(max / 8))
        expect(idsOf(kept).filter((id) => above.includes(id))).toEqual(above.toSorted(newestFirst))
      },
    )

    it('forgets a list that is dropped', async () => {
      const { lists } = await living()
      const list = aTimeline()
      await lists.warm(list, async () => listOf([aPost()]))
      await lists.drop([list])

      expect(await lists.read(list)).toBeUndefined()
    })
  })
}

async function beginLife(delivery: DeliveryStore, number: number): Promise<void> {
  await using session = await delivery.open()
  await session.watermarks()
  await session.begin(allBuckets, aGeneration(number), aMark(1))
}
