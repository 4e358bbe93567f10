import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { UserId } from '../../shared/ids.ts'
import { FOLLOWS_MAX } from '../../shared/limits.ts'
import { unabsorbedFollows } from '../../shared/feed/unabsorbed.ts'
import {
  formatViewerRecord,
  parseViewerRecord,
  type ViewerRecord,
} from '../../shared/viewer-record.ts'

const user = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map((n) => String(n) as UserId)
const users = fc.uniqueArray(user, { maxLength: 30 }).map((ids) => new Set(ids))

const record: fc.Arbitrary<ViewerRecord> = fc.record({
  viewer: user,
  version: fc.nat(),
  large: fc.constant(false),
  follows: users,
  recentFollows: fc.array(fc.record({ followee: user, xid: fc.nat() }), { maxLength: 10 }),
  recentFollowsAbove: fc.nat(),
  blocks: users,
  mutes: users,
})

describe('a viewer record', () => {
  it('comes back from its text', () => {
    fc.assert(
      fc.property(record, (each) => {
        expect(parseViewerRecord(each.viewer, formatViewerRecord(each))).toEqual(each)
      }),
    )
  })

  it('says only that it is large when it is', () => {
    fc.assert(
      fc.property(record, (each) => {
        const read = parseViewerRecord(each.viewer, formatViewerRecord({ ...each, large: true }))
        expect(read).toEqual({
          viewer: each.viewer,
          version: each.version,
          large: true,
          follows: new Set(),
          recentFollows: [],
          recentFollowsAbove: 0,
          blocks: new Set(),
          mutes: new Set(),
        })
      }),
    )
  })

  it('stays small with as many follows as one can have', () => {
    const follows = new Set(
      Array.from({ length: FOLLOWS_MAX }, (_, n) => String(3n * 10n ** 18n + BigInt(n)) as UserId),
    )
    const each = { viewer: '1' as UserId, version: 1, large: false, follows, recentFollows: [] }
    const text = formatViewerRecord({
      ...each,
      recentFollowsAbove: 0,
      blocks: new Set(),
      mutes: new Set(),
    })

    expect(text.length).toBeLessThan(110_000)
  })

  it.each(['', '{', 'null', '[]', '{"v":"x"}', '{"v":1,"b":["x"]}', '{"v":1,"f":"%"}'])(
    'is not %j',
    (text) => {
      expect(() => parseViewerRecord('1' as UserId, text)).toThrow(Error)
    },
  )
})

describe('follows that a timeline has not absorbed', () => {
  const [ada, bob, cleo] = ['1', '2', '3'] as UserId[] as [UserId, UserId, UserId]
  const horizon = { epoch: 1, xmin: 10, xmax: 20, xip: [10, 15] }
  const base: ViewerRecord = {
    viewer: ada,
    version: 1,
    large: false,
    follows: new Set([bob, cleo]),
    recentFollows: [
      { followee: bob, xid: 15 },
      { followee: cleo, xid: 14 },
    ],
    recentFollowsAbove: 0,
    blocks: new Set(),
    mutes: new Set(),
  }

  it('are those whose transactions its marker does not have', () => {
    expect(unabsorbedFollows(base, horizon)).toEqual([bob])
  })

  it('are unknown when older ones are not itemised and it does not have them', () => {
    expect(unabsorbedFollows({ ...base, recentFollowsAbove: 15 }, horizon)).toBeUndefined()
    expect(unabsorbedFollows({ ...base, recentFollowsAbove: 9 }, horizon)).toEqual([bob])
  })

  it('are unknown when one below those that are not itemised may still have been running', () => {
    const running = { epoch: 1, xmin: 10, xmax: 20, xip: [10] }

    expect(unabsorbedFollows({ ...base, recentFollowsAbove: 12 }, running)).toBeUndefined()
  })

  it('are too many beyond fifty', () => {
    const many = Array.from({ length: 51 }, (_, n) => String(n + 10) as UserId)
    const recentFollows = many.map((followee) => ({ followee, xid: 30 }))

    expect(
      unabsorbedFollows({ ...base, follows: new Set(many), recentFollows }, horizon),
    ).toBeUndefined()
  })
})
