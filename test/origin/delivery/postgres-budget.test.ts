import { describe, expect, it } from 'vitest'
import { postgresBudget } from '../../../origin/delivery/postgres-budget.ts'
import { warmer } from '../../../origin/delivery/warm.ts'
import type { UserId } from '../../../shared/ids.ts'

describe('the Postgres budget of feeds', () => {
  it('runs so many at once, lets some wait, and turns the rest away', async () => {
    const budget = postgresBudget({ readsMax: 2, queueMax: 3 })
    const gate = Promise.withResolvers<void>()
    let running = 0
    let most = 0
    const read = () =>
      budget.run(async () => {
        running += 1
        most = Math.max(most, running)
        await gate.promise
        running -= 1
      })
    const reads = Array.from({ length: 8 }, read)
    const settled = Promise.allSettled(reads)
    gate.resolve()

    const outcomes = (await settled).map(({ status }) => status)
    expect(outcomes).toEqual([...Array(5).fill('fulfilled'), ...Array(3).fill('rejected')])
    await expect(reads[7]).rejects.toMatchObject({ code: 'OVERLOADED' })
    expect(most).toBe(2)
  })

  it('gives its place back after a failure', async () => {
    const budget = postgresBudget({ readsMax: 1, queueMax: 0 })
    await expect(budget.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')

    expect(await budget.run(() => Promise.resolve('yes'))).toBe('yes')
  })

  it('is asked before a list is fenced', async () => {
    const budget = postgresBudget({ readsMax: 1, queueMax: 0 })
    const gate = Promise.withResolvers<void>()
    const busy = budget.run(() => gate.promise)
    const warm = warmer({
      budget,
      postsMax: () => 10,
      truth: { timeline: () => expect.unreachable(), authorList: () => expect.unreachable() },
      lists: { warm: () => expect.unreachable() },
    })

    await expect(warm.timeline('7' as UserId)).rejects.toMatchObject({ code: 'OVERLOADED' })
    gate.resolve()
    await busy
  })
})
