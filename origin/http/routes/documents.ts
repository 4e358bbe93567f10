import { Hono } from 'hono'
import { HEADERS } from '../../../shared/headers.ts'
import type { OriginEnv } from '../context.ts'
import type { ApiDocument } from '../document.ts'
import { referencePage } from '../reference-page.ts'

/** The same for everyone and until the next deployment; five minutes after it all see the new one. */
const SHARED = 'public, max-age=300'

export function documentRoutes(document: () => ApiDocument) {
  let drawn: { readonly json: string; readonly html: string; readonly policy: string } | undefined
  const draw = () => {
    const described = document()
    return { json: JSON.stringify(described), ...referencePage(described) }
  }

  return new Hono<OriginEnv>()
    .get('/openapi.json', (c) => {
      drawn ??= draw()
      return c.body(drawn.json, 200, {
        'content-type': 'application/json',
        [HEADERS.cacheControl]: SHARED,
      })
    })
    .get('/docs', (c) => {
      drawn ??= draw()
      return c.body(drawn.html, 200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': drawn.policy,
        [HEADERS.cacheControl]: SHARED,
      })
    })
}
