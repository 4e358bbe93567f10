import { createMiddleware } from 'hono/factory'
import { HEADERS, PRIVATE } from '../../shared/headers.ts'
import type { Now } from '../../shared/time.ts'
import type { OriginEnv } from './context.ts'

/** What every answer says, whatever becomes of its request: above all, whether it may be kept. */
export const responseHeaders = (now: Now) =>
  createMiddleware<OriginEnv>(async (c, next) => {
    const startedAt = now()
    await next()
    // Set where they are: hono's own way makes a new answer for each, and its body a stream.
    const { headers } = c.res
    if (!headers.has(HEADERS.cacheControl)) headers.set(HEADERS.cacheControl, PRIVATE)
    if (!headers.has(HEADERS.servedBy)) headers.set(HEADERS.servedBy, 'origin')
    headers.append(HEADERS.serverTiming, `origin;dur=${(now() - startedAt).toFixed(1)}`)
    headers.set('x-content-type-options', 'nosniff')
    // The edge cannot know whom the product's own ids name.
    const identity = c.get('identity')
    if (identity !== undefined) headers.set(HEADERS.viewer, identity.user)
  })
