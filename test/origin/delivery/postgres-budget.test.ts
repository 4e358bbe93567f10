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
    expect(budget.asked()).toBe(5)
    gate.resolve()

    const outcomes = (await settled).map(({ status }) => status)
    expect(outcomes).toEqual([...Array(5).fill('fulfilled'), ...Array(3).fill('rejected')])
    await expect(reads[7]).rejects.toMatchObject({ code: 'OVERLOADED' })
    expect(most).toBe(2)
    expect(budget.asked()).toBe(0)
  })

  it('gives its place back after a failure', async () => {
    const budget = postgresBudget({ readsMax: 1, queueMax: 0 })
    await expect(budget.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')

    expect(await budget.run(() => Promise.resolve('yes'))).toBe('yes')
  })

  it('lets go of whose turn does not come in time, and of nobody else', async () => {
    const clock = handClock()
    const budget = postgresBudget({ readsMax: 1, queueMax: 3, sleep: clock.sleep })
    const gate = Promise.withResolvers<void>()
    const busy = budget.run(() => gate.promise)
    const [hasty, patient] = [50, 80].map((turnMsMax) =>
      budget.run(async () => turnMsMax, { turnMsMax, answerMsMax: 1_000 }),
    )
    const warming = budget.run(async () => 'warm')
    clock.pass(50)
    await expect(hasty).rejects.toMatchObject({ code: 'OVERLOADED' })
    await expect(
      budget.run(async () => 'late', { turnMsMax: 0, answerMsMax: 1_000 }),
    ).rejects.toMatchObject({ code: 'OVERLOADED' })

    gate.resolve()
    expect(await Promise.all([busy, patient, warming])).toEqual([undefined, 80, 'warm'])
    clock.pass(1_000)
    expect(await budget.run(async () => 'there is room')).toBe('there is room')
  })

  it('lets go of whose answer is late, while the statement keeps its place', async () => {
    const clock = handClock()
    const budget = postgresBudget({ readsMax: 1, queueMax: 1, sleep: clock.sleep })
    const gate = Promise.withResolvers<void>()
    const late = budget.run(() => gate.promise, { turnMsMax: 50, answerMsMax: 700 })
    await Promise.resolve()
    clock.pass(700)
    await expect(late).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })

    let isRunning = false
    const next = budget.run(async () => {
      isRunning = true
    })
    await Promise.resolve()
    expect(isRunning).toBe(false)
    gate.resolve()
    await next
    expect(isRunning).toBe(true)
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

/** Time that passes when it is told to. */
function handClock() {
  let nowMs = 0
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>()
  return {
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const sleeper = { untilMs: nowMs + ms, wake: resolve }
        sleepers.add(sleeper)
        signal.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          resolve()
        })
      }),
    pass(ms: number) {
      nowMs += ms
      for (const sleeper of sleepers) {
        if (sleeper.untilMs > nowMs) continue
        sleepers.delete(sleeper)
        sleeper.wake()
      }
    },
  }
}
