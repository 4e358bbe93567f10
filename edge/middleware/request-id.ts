import { createMiddleware } from 'hono/factory'
import { HEADERS } from '../../shared/headers.ts'
import type { EdgeEnv } from '../edge-env.ts'

/** One name for a request in the logs of both tiers. A client's own is not taken: it could name another's. */
export const requestId = (newId: () => string) =>
  createMiddleware<EdgeEnv>(async (c, next) => {
    const id = newId()
    c.set('requestId', id)
    await next()
    c.res.headers.set(HEADERS.requestId, id)
  })
