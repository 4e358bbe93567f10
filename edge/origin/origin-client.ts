import { AppError } from '../../shared/errors.ts'
import type { Token } from '../../shared/horizon.ts'
import { HEADERS } from '../../shared/headers.ts'
import { ORIGIN_BODY_BYTES_MAX, ORIGIN_DEADLINE_MS } from '../../shared/limits.ts'
import type { Now } from '../../shared/time.ts'
import { formatToken } from '../../shared/token.ts'
import { likeness, type Answer } from '../answer.ts'
import { readBounded } from '../bounded-body.ts'
import { breaker } from '../breaker.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface OriginRequest {
  readonly method: string
  /** Path and query, as the client sent them. */
  readonly target: string
  readonly headers: Headers
  readonly body?: Uint8Array<ArrayBuffer>
  readonly requestId: string
  /** Replaces the client's own: it may be raised, or remembered. */
  readonly token: Token | undefined
}

/** Rejects with STORE_UNAVAILABLE when the origin does not answer in time; its answers are complete bodies. */
export type Origin = (request: OriginRequest) => Promise<Answer>

/** What the origin needs to see of a request. Nothing else passes, cookies least of all. */
const PASSED_IN = ['authorization', 'accept', 'content-type', 'if-none-match', 'idempotency-key']
const PASSED_OUT = [
  'allow',
  'content-type',
  'etag',
  'location',
  'vary',
  'www-authenticate',
  HEADERS.cacheControl,
  HEADERS.completeness,
  HEADERS.retryAfter,
  HEADERS.serverTiming,
  HEADERS.token,
  HEADERS.viewer,
  // The reference page brings its own.
  'content-security-policy',
]

export function originClient(deps: {
  readonly url: string
  readonly fetch: Fetch
  readonly now: Now
}): Origin {
  const health = breaker(deps.now)

  async function once(request: OriginRequest): Promise<Answer> {
    const response = await deps.fetch(new URL(request.target, deps.url).href, {
      method: request.method,
      headers: headersFor(request),
      redirect: 'manual',
      signal: AbortSignal.timeout(ORIGIN_DEADLINE_MS),
      ...(request.body === undefined || request.body.byteLength === 0
        ? {}
        : { body: request.body }),
    })
    // Read to its end: an answer that breaks off becomes a 503, not half a page with status 200.
    const body = await readBounded(response.body, ORIGIN_BODY_BYTES_MAX)
    if (body === undefined) throw new AppError('STORE_UNAVAILABLE', 'the origin sent too much')
    return answerOf(response, body)
  }

  /** Only reads may be sent twice, and only once more: a write may have been done although nobody answered. */
  async function sent(request: OriginRequest): Promise<Answer> {
    try {
      return await once(request)
    } catch (error) {
      if (request.method !== 'GET' || isTimeout(error)) throw error
      return await once(request)
    }
  }

  return async (request) => {
    if (!health.allows()) throw new AppError('STORE_UNAVAILABLE', 'the origin failed several times')
    try {
      const answer = await sent(request)
      health.succeeded()
      return answer
    } catch (cause) {
      health.failed()
      throw new AppError('STORE_UNAVAILABLE', 'the origin did not answer', { cause })
    }
  }
}

function headersFor({ headers, requestId, token }: OriginRequest): Headers {
  const out = new Headers({ [HEADERS.requestId]: requestId })
  for (const name of PASSED_IN) {
    const value = headers.get(name)
    if (value !== null) out.set(name, value)
  }
  if (token !== undefined) out.set(HEADERS.token, formatToken(token))
  return out
}

const FROM_ORIGIN = likeness({ [HEADERS.servedBy]: 'origin' })

function answerOf(response: Response, body: Uint8Array<ArrayBuffer>): Answer {
  const headers: Record<string, string> = {}
  for (const name of PASSED_OUT) {
    const value = response.headers.get(name)
    if (value !== null) headers[name] = value
  }
  const hasBody = ![101, 204, 205, 304].includes(response.status)
  return { status: response.status, like: FROM_ORIGIN, headers, body: hasBody ? body : null }
}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TimeoutError'
