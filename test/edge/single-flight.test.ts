import { describe, expect, it } from 'vitest'
import { singleFlight } from '../../edge/single-flight.ts'

describe('single flight', () => {
  const kept: Promise<unknown>[] = []
  let nowMs = 0
  const now = () => nowMs
  const later = (work: Promise<unknown>) => void kept.push(work)

  it('loads once for all who come meanwhile, and again for who comes after', async () => {
    const flights = singleFlight<number>({ waitMsMax: 1_000, now })
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
    const flights = singleFlight<string>({ waitMsMax: 1_000, now })
    const loads = ['a', 'b'].map((key) => flights.load(key, async () => key, later))
    expect(await Promise.all(loads)).toEqual(['a', 'b'])
  })

  it('lets a follower work for itself when the leader fails, or its request has ended', async () => {
    const flights = singleFlight<string>({ waitMsMax: 1, now })
    const failing = flights.load('a', () => Promise.reject(new Error('no')), later)
    const follower = flights.load('a', async () => 'own', later)
    await expect(failing).rejects.toThrow('no')
    expect(await follower).toBe('own')

    // A promise of a request that is over never settles.
    void flights.load('b', () => Promise.withResolvers<string>().promise, later)
    expect(await flights.load('b', async () => 'own', later)).toBe('own')
  })

  it('does not join a flight that nobody waits for any more', async () => {
    const flights = singleFlight<string>({ waitMsMax: 1_000, now })
    void flights.load('a', () => Promise.withResolvers<string>().promise, later)
    nowMs += 1_001
    const next = flights.load('a', async () => 'next', later)
    const follower = flights.load('a', async () => 'own', later)
    expect([await next, await follower]).toEqual(['next', 'next'])
  })

  it('hands the work to the runtime, which keeps it alive beyond the leader’s answer', async () => {
    kept.length = 0
    await singleFlight<string>({ waitMsMax: 10, now }).load('a', async () => 'value', later)
    expect(kept).toHaveLength(1)
  })
})
