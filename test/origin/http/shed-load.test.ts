import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { OriginEnv } from '../../../origin/http/context.ts'
import { answerProblems } from '../../../origin/http/problems.ts'
import { shedLoad } from '../../../origin/http/shed-load.ts'

describe('requests beyond what a process takes on', () => {
  it('are told at once to come back, until one of those before them has ended', async () => {
    const { app, letGo } = anAppOf(2)
    const taken = ['/slow', '/slow'].map(async (path) => app.request(path))
    const refused = await app.request('/slow')
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({ code: 'OVERLOADED' })

    letGo()
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200])
    expect((await app.request('/slow')).status).toBe(200)
  })

  it('do not become fewer by requests that fail', async () => {
    const { app } = anAppOf(1)
    for (let nth = 0; nth < 3; nth += 1) {
      expect((await app.request('/broken')).status).toBe(500)
    }
  })
})

function anAppOf(inFlightMax: number) {
  const gate = Promise.withResolvers<void>()
  const app = new Hono<OriginEnv>()
  answerProblems(app, () => undefined)
  app.use(async (c, next) => {
    c.set('requestId', 'a-request')
    await next()
  })
  app.use(shedLoad(inFlightMax))
  app.get('/slow', async (c) => {
    await gate.promise
    return c.text('done')
  })
  app.get('/broken', () => {
    throw new Error('broken')
  })
  return { app, letGo: () => gate.resolve() }
}
