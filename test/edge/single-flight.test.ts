import { describe, expect, it } from 'vitest'
import { singleFlight } from '../../edge/single-flight.ts'

describe('single flight', () => {
  const kept: Promise<unknown>[] = []
  const later = (work: Promise<unknown>) => void kept.push(work)

  it('loads once for all who come meanwhile, and again for who comes after', async () => {
    const flights = singleFlight<number>({ waitMsMax: 1_000 })
    const gate = Promise.withResolvers<void>()
    let loads = 0
    const work = async () => {
      loads += 1
      await gate.promise
      return loads
    }
    const all = Array.from({ length: 5 }, () => flights.load('a', work, later))
    gate.resolve()

    expect(await Promise.all(all)).toEqual([1, 1, 1, 1, 1])
    expect(await flights.load('a', work, later)).toBe(2)
  })

  it('keeps keys apart', async () => {
    const flights = singleFlight<string>({ waitMsMax: 1_000 })
    const loads = ['a', 'b'].map((key) => flights.load(key, async () => key, later))
    expect(await Promise.all(loads)).toEqual(['a', 'b'])
  })

  it('lets a follower work for itself when the leader fails, or its request has ended', async () => {
    const flights = singleFlight<string>({ waitMsMax: 1 })
    const failing = flights.load('a', () => Promise.reject(new Error('no')), later)
    const follower = flights.load('a', async () => 'own', later)
    await expect(failing).rejects.toThrow('no')
    expect(await follower).toBe('own')

    // A promise of a request that is over never settles.
    void flights.load('b', () => Promise.withResolvers<string>().promise, later)
    expect(await flights.load('b', async () => 'own', later)).toBe('own')
  })

  it('hands the work to the runtime, which keeps it alive beyond the leader’s answer', async () => {
    kept.length = 0
    await singleFlight<string>({ waitMsMax: 10 }).load('a', async () => 'value', later)
    expect(kept).toHaveLength(1)
  })
})
