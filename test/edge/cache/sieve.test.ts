import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sieve } from '../../../edge/cache/sieve.ts'
import { SEED } from '../support/seed.ts'

describe('a SIEVE cache', () => {
  it('stays within its bytes, and answers only with what was last set under the key', () => {
    const step = fc.record({
      key: fc.integer({ min: 0, max: 12 }).map(String),
      bytes: fc.integer({ min: 1, max: 40 }),
      act: fc.constantFrom('set', 'get', 'delete', 'clear', 'set', 'get'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const cache = sieve<number>({ bytesMax: 100, entryBytesMax: 30 })
        const model = new Map<string, { value: number; bytes: number }>()
        for (const [value, { key, bytes, act }] of steps.entries()) {
          if (act === 'set') {
            cache.set(key, value, bytes)
            model.set(key, { value, bytes })
          } else if (act === 'delete') {
            cache.delete(key)
            model.delete(key)
          } else if (act === 'clear') {
            cache.clear()
            model.clear()
          }
          const last = model.get(key)
          const mayHold = last === undefined || last.bytes > 30 ? undefined : last.value
          // What was just set is there; the rest may have been evicted.
          expect(act === 'set' ? [mayHold] : [mayHold, undefined]).toContain(cache.get(key))
          expect(cache.bytes).toBeLessThanOrEqual(100)
          const held = [...model].filter(([one]) => cache.get(one) !== undefined)
          expect(cache.size).toBe(held.length)
          expect(cache.bytes).toBe(held.reduce((sum, [, one]) => sum + one.bytes, 0))
        }
      }),
      { seed: SEED },
    )
  })

  it('keeps what is read through a scan of things that are not', () => {
    const cache = sieve<string>({ bytesMax: 10, entryBytesMax: 10 })
    for (const key of ['hot-1', 'hot-2']) cache.set(key, key, 1)
    for (let n = 0; n < 1_000; n += 1) {
      cache.get('hot-1')
      cache.get('hot-2')
      cache.set(`cold-${n}`, 'cold', 1)
    }
    expect([cache.get('hot-1'), cache.get('hot-2')]).toEqual(['hot-1', 'hot-2'])
  })

  it('forgets what a key held when the new value is too large to keep', () => {
    const cache = sieve<string>({ bytesMax: 10, entryBytesMax: 5 })
    cache.set('a', 'old', 1)
    cache.set('a', 'new', 6)
    expect(cache.get('a')).toBeUndefined()
  })
})
