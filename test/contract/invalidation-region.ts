import { describe, expect, it } from 'vitest'
import type { InvalidationRegion } from '../../origin/ports/invalidation-region.ts'
import { horizonBelow } from '../../shared/horizon.ts'
import type { UserId } from '../../shared/ids.ts'
import { parseLease, parsePulledSetStamp } from '../../shared/invalidation.ts'
import { aLease, anEntry } from '../support/invalidation-builders.ts'

/** An empty region, and what its readers find there. */
export interface RegionUnderTest {
  readonly region: InvalidationRegion
  /** Number, tag, version and transaction of each entry, as texts. */
  readonly entries: () => Promise<readonly (readonly [number: number, ...fields: string[]])[]>
  readonly lease: () => Promise<string | null>
  /** The stamp, and the set. */
  readonly pulled: () => Promise<readonly [stamp: string | null, set: string | null]>
}

const ANN = '1' as UserId

/** What an InvalidationRegion is. Each adapter's test calls this with a way to make one. */
export function invalidationRegionContract(make: () => Promise<RegionUnderTest>): void {
  const numbersOf = async ({ entries }: RegionUnderTest) =>
    (await entries()).map(([number]) => number)

  describe('a region', () => {
    it('appends behind the number that the caller believes to be last, and nowhere else', async () => {
      const made = await make()
      const { region } = made
      await region.restart(1, 5)

      expect(await region.append(1, 5, [anEntry(6), anEntry(7)])).toMatchObject({
        outcome: 'done',
        last: 7,
      })
      expect(await region.append(1, 5, [anEntry(6)])).toMatchObject({
        outcome: 'other-last',
        last: 7,
      })
      expect(await numbersOf(made)).toEqual([5, 6, 7])
      expect((await made.entries())[2]).toEqual([7, 'p:95', '2', '700'])
    })

    it('begins again only with a gap, and takes the lease away with it', async () => {
      const { region, lease } = await make()
      await region.restart(1, 5)
      const { timeMs } = await region.look(1)
      await region.renew(aLease(1, 5), timeMs + 60_000)
      expect(await lease()).not.toBeNull()

      expect(await region.restart(1, 6)).toMatchObject({ outcome: 'other-last' })
      expect(await lease()).not.toBeNull()
      expect(await region.restart(1, 7)).toMatchObject({ outcome: 'done', last: 7 })
      expect(await lease()).toBeNull()
    })

    it('refuses everything of an older leader', async () => {
      const made = await make()
      const { region } = made
      await region.restart(1, 5)
      const { timeMs } = await region.restart(2, 7)
      const old = [
        await region.look(1),
        await region.restart(1, 9),
        await region.append(1, 7, [anEntry(8)]),
        await region.renew(aLease(1, 7), timeMs + 60_000),
        await region.publishPulledSet(1, {
          stamp: { version: 1, atMs: 1, horizon: horizonBelow(1, 1) },
          authors: [],
        }),
      ]

      const refused = Array.from({ length: 5 }, () => 'other-term')
      expect(old.map(({ outcome }) => outcome)).toEqual(refused)
      expect(await numbersOf(made)).toEqual([5, 7])
      expect(await made.lease()).toBeNull()
      expect(await made.pulled()).toEqual([null, null])
    })

    it('refuses a leader that has not begun there: the log may have gone back to before it', async () => {
      const { region, lease } = await make()
      const { timeMs } = await region.restart(1, 5)

      expect(await region.append(2, 5, [anEntry(6)])).toMatchObject({ outcome: 'other-last' })
      expect(await region.renew(aLease(2, 5), timeMs + 60_000)).toMatchObject({
        outcome: 'other-last',
      })
      expect(await lease()).toBeNull()
    })

    it('holds a lease of a log that ends where it says', async () => {
      const { region, lease } = await make()
      await region.restart(1, 5)
      const { timeMs } = await region.look(1)

      expect(await region.renew(aLease(1, 4), timeMs + 60_000)).toMatchObject({
        outcome: 'other-last',
      })
      expect(await lease()).toBeNull()
      await region.renew(aLease(1, 5), timeMs + 60_000)
      expect(parseLease((await lease()) ?? '')).toEqual(aLease(1, 5))
    })

    it('lets a lease that arrives too late be dead, the one before it too', async () => {
      const { region, lease } = await make()
      await region.restart(1, 5)
      const { timeMs } = await region.look(1)
      await region.renew(aLease(1, 5), timeMs + 60_000)
      await region.renew(aLease(1, 5), timeMs - 1)

      expect(await lease()).toBeNull()
    })

    it('stamps the pulled set with each tick', async () => {
      const { region, pulled } = await make()
      await region.restart(1, 5)
      const stamp = { version: 3, atMs: 1, horizon: horizonBelow(1, 10) }
      await region.publishPulledSet(1, { stamp, authors: [ANN] })
      const later = { ...stamp, atMs: 2, horizon: horizonBelow(1, 20) }
      await region.publishPulledSet(1, { stamp: later, authors: [ANN] })
      const [stampText, setText] = await pulled()

      expect(parsePulledSetStamp(stampText ?? '')).toEqual(later)
      expect(JSON.parse(setText ?? '')).toEqual({ version: 3, authors: [ANN] })
    })
  })
}
