import { HEADERS, PRIVATE } from '../../shared/headers.ts'
import type { Answer } from '../answer.ts'

/** What the gateway knows of a request, and says in its answer. */
export interface Told {
  readonly requestId: string
  /** Somebody signed in: nobody keeps for others what was said to somebody. */
  readonly isPersonal: boolean
  readonly rateLimit: Readonly<Record<string, string>> | undefined
}

/**
 * The one place where responses are made: whatever came about inside, an error included, says no more to
 * caches than it may. They have shown one reader's answer to another.
 */
export function responseOf({ status, like, headers, body }: Answer, told: Told): Response {
  const response = new Response(body, { status, headers: like.headers })
  const out = response.headers
  for (const name of Object.keys(headers)) out.set(name, headers[name] ?? '')
  out.set(HEADERS.requestId, told.requestId)

  const stated = headers[HEADERS.cacheControl] ?? like.cacheControl
  // Nobody keeps an error.
  const mayBeKept = !told.isPersonal && ((status >= 200 && status < 300) || status === 304)
  if (!mayBeKept && stated !== PRIVATE) out.set(HEADERS.cacheControl, PRIVATE)

  if (told.rateLimit !== undefined) {
    for (const [name, value] of Object.entries(told.rateLimit)) out.set(name, value)
  }
  return response
}
