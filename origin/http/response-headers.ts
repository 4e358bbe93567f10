import { createMiddleware } from 'hono/factory'
import { HEADERS, PRIVATE } from '../../shared/headers.ts'
import type { Now } from '../../shared/time.ts'
import type { OriginEnv } from './context.ts'

/** What every answer says, whatever becomes of its request: above all, whether it may be kept. */
export const responseHeaders = (now: Now) =>
  createMiddleware<OriginEnv>(async (c, next) => {
    const startedAt = now()
    await next()
    const { headers } = c.res
    if (!headers.has(HEADERS.cacheControl)) c.header(HEADERS.cacheControl, PRIVATE)
    if (!headers.has(HEADERS.servedBy)) c.header(HEADERS.servedBy, 'origin')
    c.header(HEADERS.serverTiming, `origin;dur=${(now() - startedAt).toFixed(1)}`, { append: true })
    c.header('x-content-type-options', 'nosniff')
    // The edge cannot know whom the product's own ids name.
    const identity = c.get('identity')
    if (identity !== undefined) c.header(HEADERS.viewer, identity.user)
  })
