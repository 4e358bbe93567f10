import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareIds,
  ID_BOUND,
  idAfter,
  idTimeMs,
  roughIdTimeMs,
  lowestIdAt,
  newestFirst,
  PostIdSchema,
  postId,
  shardOf,
  type PostId,
} from '../../shared/ids.ts'

const id = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map((n) => String(n) as PostId)

describe('ids', () => {
  it('are ordered as the numbers they are', () => {
    fc.assert(
      fc.property(fc.array(id), (ids) => {
        expect(ids.toSorted(newestFirst).map(BigInt)).toEqual(
          ids.map(BigInt).toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)),
        )
        for (const each of ids) expect(compareIds(each, each)).toBe(0)
      }),
    )
  })

  it('say when and in which shard they were minted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2007, 8, 1), max: Date.UTC(2060, 0, 1) }),
        fc.integer({ min: 0, max: 63 }),
        fc.integer({ min: 0, max: 65_535 }),
        (atMs, shard, sequence) => {
          const minted = String(
            BigInt(lowestIdAt(atMs)) + (BigInt(shard) << 16n) + BigInt(sequence),
          ) as PostId
          expect(idTimeMs(minted)).toBe(atMs)
          const withinMs = (shard * 2 ** 16 + sequence) / 2 ** 22
          expect(Math.abs(roughIdTimeMs(minted) - atMs - withinMs)).toBeLessThan(0.001)
          expect(shardOf(minted)).toBe(shard)
          expect(minted).toHaveLength(19)
          expect(compareIds(minted, lowestIdAt(atMs + 1))).toBeLessThan(0)
          expect(compareIds(idAfter(minted), minted)).toBeGreaterThan(0)
        },
      ),
    )
  })

  it.each(['', '0', '01', '-1', '1.0', '1e3', ' 1', '９', '9223372036854775808', '1'.repeat(20)])(
    'are not %j',
    (text) => {
      expect(PostIdSchema.safeParse(text).success).toBe(false)
      expect(() => postId(text)).toThrow(TypeError)
    },
  )

  it('end at 63 bits', () => {
    expect(PostIdSchema.parse(ID_BOUND)).toBe(ID_BOUND)
  })
})
