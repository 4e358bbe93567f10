import { createMiddleware } from 'hono/factory'
import { HEADERS, PRIVATE } from '../../shared/headers.ts'
import type { EdgeEnv } from '../edge-env.ts'

const SECURITY: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'strict-transport-security': 'max-age=31536000',
}
const ANSWERS_ARE_DATA = "default-src 'none'; frame-ancestors 'none'"

/**
 * The outermost layer: whatever came about inside, an error included, states its Cache-Control. Without
 * one, caches decide by themselves, and have shown one reader's answer to another.
 */
export const responseHeaders = createMiddleware<EdgeEnv>(async (c, next) => {
  await next()
  const { headers } = c.res
  const cacheControl = headers.get(HEADERS.cacheControl)
  const keeps = c.res.ok || c.res.status === 304
  // Nobody keeps an error, and nobody keeps for others what was said to somebody.
  if (cacheControl === null || !keeps || c.get('subject') !== undefined) {
    headers.set(HEADERS.cacheControl, PRIVATE)
  }
  for (const [name, value] of Object.entries(SECURITY)) headers.set(name, value)
  if (!headers.has('content-security-policy')) {
    headers.set('content-security-policy', ANSWERS_ARE_DATA)
  }
  // Between the origin and us only.
  headers.delete(HEADERS.viewer)
})
