import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packedIds } from '../../../origin/feed/query/packed-ids.ts'
import { mergeSources, type MergeSource } from '../../../shared/feed/merge.ts'
import { THE_BEGINNING, type PostId } from '../../../shared/ids.ts'

const id = (n: number) => String(n) as PostId

/** The plainest reading, on numbers: everything above the highest floor, sorted. */
function naiveMerge(sources: readonly MergeSource[], before: PostId | undefined, limit: number) {
  const seam = Math.max(0, ...sources.map(({ floor }) => Number(floor)))
  const all = [...new Set(sources.flatMap(({ ids }) => [...ids].map(Number)))]
    .filter((n) => n > seam && (before === undefined || n < Number(before)))
    .toSorted((a, b) => b - a)
  return {
    ids: all.slice(0, limit).map(id),
    next: all.slice(limit, limit + 1).map(id)[0],
    seam: id(seam),
  }
}

const sources = fc.array(
  fc.record({
    // Few distinct numbers of one to three digits: repeats, and ids of different lengths.
    ids: fc.array(fc.integer({ min: 1, max: 300 }).map(id), { maxLength: 200 }),
    floor: fc.oneof(fc.constant(THE_BEGINNING), fc.integer({ min: 0, max: 120 }).map(id)),
  }),
  { maxLength: 6 },
)

/** Some of the lists as a copy that is sorted. */
const orPacked = sources.chain((all) =>
  fc
    .array(fc.boolean(), { minLength: all.length, maxLength: all.length })
    .map((isPacked) =>
      all.map((source, at) =>
        isPacked[at] === true ? { ...source, ids: packedIds(source.ids) } : source,
      ),
    ),
)

describe('merging lists into a page', () => {
  it('equals the plainest reading of lists that are sorted, too', () => {
    fc.assert(
      fc.property(
        orPacked,
        fc.option(fc.integer({ min: 1, max: 310 }).map(id), { nil: undefined }),
        fc.integer({ min: 1, max: 60 }),
        (all, before, limit) => {
          expect(mergeSources(all, { before, limit })).toEqual(naiveMerge(all, before, limit))
        },
      ),
    )
  })

  it('equals the plainest reading', () => {
    fc.assert(
      fc.property(
        sources,
        fc.option(fc.integer({ min: 1, max: 310 }).map(id), { nil: undefined }),
        fc.integer({ min: 1, max: 60 }),
        (all, before, limit) => {
          expect(mergeSources(all, { before, limit })).toEqual(naiveMerge(all, before, limit))
        },
      ),
    )
  })

  it('walks every id above the seam once, whatever the page size', () => {
    fc.assert(
      fc.property(sources, fc.integer({ min: 1, max: 20 }), (all, limit) => {
        const walked: PostId[] = []
        let before: PostId | undefined
        for (;;) {
          const page = mergeSources(all, { before, limit })
          walked.push(...page.ids)
          if (page.next === undefined) break
          before = page.ids.at(-1)
        }
        expect(walked).toEqual(naiveMerge(all, undefined, 10_000).ids)
      }),
    )
  })

  it('does not speak for ids at or below the highest floor', () => {
    const merged = mergeSources(
      [
        { ids: [id(9), id(5), id(4)], floor: THE_BEGINNING },
        { ids: [id(8)], floor: id(5) },
      ],
      { before: undefined, limit: 10 },
    )

    expect(merged).toEqual({ ids: [id(9), id(8)], next: undefined, seam: id(5) })
  })
})
