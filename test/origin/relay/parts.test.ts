import { describe, expect, it } from 'vitest'
import { clockReading, skewMs } from '../../../origin/relay/clock.ts'
import { pulledSets } from '../../../origin/relay/pulled-sets.ts'
import { together } from '../../../origin/relay/together.ts'
import { horizonBelow } from '../../../shared/horizon.ts'
import type { UserId } from '../../../shared/ids.ts'

describe('clocks', () => {
  it('are apart by no more than their answers prove', () => {
    const postgres = clockReading(1_000, 1_010, 5_000)

    expect(skewMs(postgres, clockReading(1_000, 1_010, 5_150))).toBe(140)
    expect(skewMs(postgres, clockReading(1_000, 1_400, 5_150))).toBe(0)
  })
})

describe('the pulled set of a tick', () => {
  const tick = (n: number) => ({ n, horizon: horizonBelow(1, n), atMs: n })

  it('is missing while the tail is behind the tick, and once for each', () => {
    let ready = false
    const next = pulledSets({
      ready: () => ready,
      horizon: () => horizonBelow(1, 5),
      pulledSet: () => new Set(),
    })

    expect(next(tick(5))).toBeUndefined()
    ready = true
    expect(next(tick(6))).toBeUndefined()
    expect(next(tick(5))).toMatchObject({ stamp: { version: 5 } })
    expect(next(tick(5))).toBeUndefined()
  })

  it('has another version whenever an author came or went', () => {
    const authors = new Set<UserId>()
    const next = pulledSets({
      ready: () => true,
      horizon: () => horizonBelow(1, 100),
      pulledSet: () => authors,
    })
    const versions = [1, 2, 3, 4, 5].map((n) => {
      if (n === 2) authors.add('7' as UserId)
      if (n === 4) authors.delete('7' as UserId)
      if (n === 5) authors.add('8' as UserId)
      return next(tick(n))?.stamp.version
    })

    expect(versions).toEqual([1, 2, 2, 4, 5])
  })
})

describe('parts that run together', () => {
  it('end together when one fails, with its failure', async () => {
    let hasEnded = false
    const patient = async (ended: AbortSignal) => {
      await new Promise((resolve) => ended.addEventListener('abort', resolve))
      hasEnded = true
    }

    await expect(
      together(
        [patient, () => Promise.reject(new Error('the first'))],
        new AbortController().signal,
      ),
    ).rejects.toThrow('the first')
    expect(hasEnded).toBe(true)
  })
})
