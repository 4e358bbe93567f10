import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listen, type Listening, type NumberedInvalidation } from '../../../edge/cache/listening.ts'
import { horizonBelow } from '../../../shared/horizon.ts'
import { tags, type Lease } from '../../../shared/invalidation.ts'
import { aPost } from '../../support/feed-builders.ts'
import { SEED } from '../support/seed.ts'

const tag = tags.post(aPost())
const entry = (number: number): NumberedInvalidation => ({ number, tag, version: 1, xid: number })
const entries = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => entry(from + at))
const lease = (lastNumber: number, tick = 7, epoch = 1): Lease => ({
  term: 1,
  tick,
  lastNumber,
  atMs: 0,
  horizon: horizonBelow(epoch, 100),
})
const at = (place: number, start = 0): Listening => ({ start, place, fromTick: 1, epoch: 1 })

describe('listening to an invalidation log', () => {
  it('begins at the lease, two ticks before it may keep anything', () => {
    const read = { from: undefined, lease: lease(40, 7), entries: [] }
    expect(listen(undefined, read)).toEqual({
      listening: { start: 40, place: 40, fromTick: 9, epoch: 1 },
      lost: false,
    })
  })

  it('does not begin without a lease', () => {
    const read = { from: undefined, lease: undefined, entries: [] }
    expect(listen(undefined, read)).toEqual({ listening: undefined, lost: false })
  })

  it('goes on where its own place is still there, or only just gone', () => {
    for (const first of [10, 11]) {
      const read = { from: 10, lease: lease(14), entries: entries(first, 15) }
      expect(listen(at(10), read)).toEqual({ listening: at(15), lost: false })
    }
  })

  const losses: readonly [string, number, Lease, readonly NumberedInvalidation[]][] = [
    ['a gap', 10, lease(20), entries(12, 20)],
    ['a gap in the middle', 10, lease(20), [entry(10), entry(11), entry(13)]],
    ['a step back', 10, lease(8), []],
    ['a log that is gone', 10, lease(0), []],
    ['a log that ends before its lease says', 10, lease(20), entries(10, 15)],
    ['another epoch', 10, lease(10, 7, 2), [entry(10)]],
  ]
  it.each(losses)('is lost after %s, and begins again at the lease', (_, from, lent, heard) => {
    const { listening, lost } = listen(at(from), { from, lease: lent, entries: heard })
    expect(lost).toBe(true)
    expect(listening).toMatchObject({ start: lent.lastNumber, place: lent.lastNumber })
  })

  it('is content with an empty log that ends where it stands', () => {
    expect(listen(at(10), { from: 10, lease: lease(10), entries: [] }).lost).toBe(false)
  })

  it('judges a read by the place from which it was sent', () => {
    // Another read was faster; this one still brings nothing new, and takes nothing back.
    const late = listen(at(20), { from: 10, lease: lease(15), entries: entries(10, 15) })
    expect(late).toEqual({ listening: at(20), lost: false })
    const before = listen(at(30, 25), { from: 10, lease: lease(31), entries: entries(28, 31) })
    expect(before).toEqual({ listening: at(30, 25), lost: false })
  })

  it('has heard every number between its start and its place, whatever happens to the log', () => {
    const step = fc.oneof(
      fc.record({ act: fc.constant('append' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ act: fc.constant('trim' as const), count: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ act: fc.constant('roll back' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ act: fc.constant('read' as const), count: fc.integer({ min: 1, max: 3 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let log: NumberedInvalidation[] = []
        // Numbers are reserved: those of a rolled-back entry are never given to another.
        let next = 1
        let lent = lease(0)
        let listening: Listening | undefined
        const heard = new Set<number>()
        for (const { act, count } of steps) {
          if (act === 'append') {
            for (let n = 0; n < count; n += 1) log.push(entry(next++))
            lent = lease(log.at(-1)?.number ?? 0)
          } else if (act === 'trim') log = log.slice(count)
          else if (act === 'roll back') {
            log = log.slice(0, -count)
            // The leader compares, skips a number, and begins again with an entry that shows the gap.
            next += 1
            log.push(entry(next++))
            lent = lease(next - 1)
          } else {
            const from = listening?.place
            const found = from === undefined ? [] : log.filter(({ number }) => number >= from)
            for (const { number } of found.slice(0, 3 * count)) heard.add(number)
            const read = { from, lease: lent, entries: found.slice(0, 3 * count) }
            listening = listen(listening, read).listening
          }
          if (listening === undefined) continue
          for (let n = listening.start + 1; n <= listening.place; n += 1) {
            expect(heard.has(n)).toBe(true)
          }
        }
      }),
      { seed: SEED },
    )
  })
})
