import { describe, expect, it, onTestFinished } from 'vitest'
import { admission, type Admission } from '../../../origin/http/admission.ts'
import { serve } from '../../../origin/http/serve.ts'
import { ADMISSION_EVERY_MS, ADMISSION_LATE_MS } from '../../../shared/limits.ts'
import { until } from '../../support/until.ts'

describe('requests beyond what a process takes on', () => {
  it('are told at once to come back, until one of those before them has ended', async () => {
    const { url, letGo, refused } = await aServerOf(2)
    const taken = [statusOf(`${url}/v1/slow`), statusOf(`${url}/v1/slow`)]
    await until(() => refused.entered() === 2)
    const answer = await fetch(`${url}/v1/slow`, { method: 'POST', body: 'a body nobody reads' })
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(await answer.json()).toMatchObject({ code: 'OVERLOADED', requestId: 'an-id' })
    expect(refused.times()).toBe(1)
    // Whoever decides about restarts must not take a busy process for a dead one.
    expect(await statusOf(`${url}/healthz`)).toBe(200)

    letGo()
    expect(await Promise.all(taken)).toEqual([200, 200])
    expect(await statusOf(`${url}/v1/slow`)).toBe(200)
  })

  it('do not become fewer by requests that fail, or whose clients go away', async () => {
    const { url, letGo, refused } = await aServerOf(1)
    for (let nth = 0; nth < 3; nth += 1) {
      expect(await statusOf(`${url}/v1/broken`)).toBe(500)
    }
    const leaving = new AbortController()
    const left = fetch(`${url}/v1/slow`, { signal: leaving.signal }).catch(() => 'left')
    await until(() => refused.entered() === 4)
    leaving.abort()
    expect(await left).toBe('left')
    letGo()
    await until(async () => (await statusOf(`${url}/v1/slow`)) === 200)
  })
})

describe('how many a process takes on', () => {
  let nowMs = 0
  const now = () => nowMs
  /** Each look comes so much later than it should. */
  const look = async ({ watch }: Admission, count: number, lateMs: number) => {
    const ending = new AbortController()
    let looks = 0
    await watch(async () => {
      nowMs += ADMISSION_EVERY_MS + lateMs
      looks += 1
      if (looks >= count) ending.abort()
    }, ending.signal)
  }

  it('falls as far as it is late, down to a floor, and rises again when it is not', async () => {
    const admitted = admission({ now, inFlightMax: 100, inFlightMin: 10 })
    for (let nth = 0; nth < 50; nth += 1) admitted.enter()

    await look(admitted, 1, 2 * ADMISSION_LATE_MS)
    expect(admitted.limit()).toBe(25)
    expect(admitted.enter()).toBe(false)
    await look(admitted, 1, 20 * ADMISSION_LATE_MS)
    expect(admitted.limit()).toBe(10)
    await look(admitted, 3, 0)
    expect(admitted.limit()).toBeGreaterThan(10)
    await look(admitted, 100, 0)
    expect(admitted.limit()).toBe(100)
  })

  it('is no more than the floor while it is late right now', async () => {
    const admitted = admission({ now, inFlightMax: 100, inFlightMin: 5, inBurstMin: 10 })
    await look(admitted, 1, 0)
    for (let nth = 0; nth < 20; nth += 1) expect(admitted.enter()).toBe(true)
    nowMs += ADMISSION_EVERY_MS + ADMISSION_LATE_MS + 1
    expect(admitted.enter()).toBe(false)
    for (let nth = 0; nth < 11; nth += 1) admitted.leave()
    expect(admitted.enter()).toBe(true)
  })

  it('leaves out those that wait for Postgres, but for the most that there may be', async () => {
    let waiting = 0
    const admitted = admission({ now, waiting: () => waiting, inFlightMax: 20, inBurstMin: 10 })
    await look(admitted, 1, 0)
    for (let nth = 0; nth < 10; nth += 1) expect(admitted.enter()).toBe(true)
    nowMs += ADMISSION_EVERY_MS + ADMISSION_LATE_MS + 1
    expect(admitted.enter()).toBe(false)
    waiting = 8
    for (let nth = 0; nth < 8; nth += 1) expect(admitted.enter()).toBe(true)
    expect(admitted.enter()).toBe(false)
    waiting = 100
    for (let nth = 0; nth < 2; nth += 1) expect(admitted.enter()).toBe(true)
    expect(admitted.enter()).toBe(false)
  })

  it('is of those that do not wait for Postgres, also when it has fallen', async () => {
    let waiting = 40
    const admitted = admission({
      now,
      waiting: () => waiting,
      inFlightMax: 100,
      inFlightMin: 10,
    })
    for (let nth = 0; nth < 60; nth += 1) expect(admitted.enter()).toBe(true)
    await look(admitted, 3, 20 * ADMISSION_LATE_MS)
    expect(admitted.limit()).toBe(10)
    expect(admitted.enter()).toBe(false)
    waiting = 55
    expect(admitted.enter()).toBe(true)
    waiting = 0
    expect(admitted.enter()).toBe(false)
  })

  it('is not held against few requests that it is late for another reason', async () => {
    const admitted = admission({ now, inFlightMax: 100, inFlightMin: 10 })
    for (let nth = 0; nth < 5; nth += 1) admitted.enter()
    await look(admitted, 20, 1_000)
    expect(admitted.limit()).toBe(100)
  })
})

async function statusOf(url: string): Promise<number> {
  const answer = await fetch(url)
  await answer.arrayBuffer()
  return answer.status
}

async function aServerOf(inFlightMax: number) {
  const gate = Promise.withResolvers<void>()
  const { enter, leave } = admission({ now: () => 0, inFlightMax, inFlightMin: 1, inBurstMin: 1 })
  let [times, entered] = [0, 0]
  const listening = await serve(
    async (request) => {
      const { pathname } = new URL(request.url)
      if (pathname === '/v1/slow') await gate.promise
      return new Response('', { status: pathname === '/v1/broken' ? 500 : 200 })
    },
    {
      host: '127.0.0.1',
      port: 0,
      graceMs: 200,
      shed: {
        admission: {
          enter: () => {
            const isIn = enter()
            if (isIn) entered += 1
            return isIn
          },
          leave,
        },
        newRequestId: () => 'an-id',
        refused: () => (times += 1),
      },
    },
  )
  onTestFinished(() => listening[Symbol.asyncDispose]())
  const refused = { times: () => times, entered: () => entered }
  return { url: listening.url, letGo: () => gate.resolve(), refused }
}
