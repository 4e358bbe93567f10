import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { OriginEnv } from './context.ts'

/** One line and one count for each request. No query, body, token or text: the route says enough. */
export interface RequestSeen {
  readonly requestId: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

export const observeRequests = (seen: (request: RequestSeen) => void) =>
  createMiddleware<OriginEnv>(async (c, next) => {
    await next()
    const route = routePath(c, -1)
    seen({
      requestId: c.get('requestId'),
      method: c.req.method,
      // Of what nobody serves all paths are one, or anybody could make a metric as large as they like.
      route: route.endsWith('*') ? 'none' : route,
      status: c.res.status,
      durationMs: c.get('answering').durationMs(),
    })
  })
