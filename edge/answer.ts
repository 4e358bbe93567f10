import { HEADERS, PRIVATE } from '../shared/headers.ts'

/** What a request gets. The gateway makes one Response of it at the end: copying one costs more than a read from L1. */
export interface Answer {
  readonly status: number
  readonly like: Likeness
  /** Beside and over those of its likeness. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Text is encoded by the runtime, on its way out. */
  readonly body: string | Uint8Array<ArrayBuffer> | null
}

/** Headers that many answers share. The runtime copies them whole, for half of what it takes to hand each over. */
export interface Likeness {
  readonly headers: Headers
  readonly cacheControl: string
}

/** What `frame-ancestors` and `default-src` say already is not said again: each header costs every answer. */
const SECURITY = {
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/**
 * Bearer tokens are no cookies: a foreign page can send only what it was given. Said to everyone: what a
 * cache keeps was perhaps asked for by a page of our own, and is given to a foreign one.
 */
const CROSS_ORIGIN = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': [
    HEADERS.token,
    HEADERS.completeness,
    HEADERS.servedBy,
    HEADERS.requestId,
    HEADERS.serverTiming,
    HEADERS.retryAfter,
    'ETag',
    'RateLimit',
    'RateLimit-Policy',
  ].join(),
}

/** Every answer is like this, and states its Cache-Control: without one, caches decide by themselves. */
export function likeness(headers: Readonly<Record<string, string>>): Likeness {
  const cacheControl = headers[HEADERS.cacheControl] ?? PRIVATE
  return {
    headers: new Headers({
      ...SECURITY,
      ...CROSS_ORIGIN,
      ...headers,
      [HEADERS.cacheControl]: cacheControl,
    }),
    cacheControl,
  }
}

/** Nothing more than what all have. */
export const PLAIN = likeness({})
