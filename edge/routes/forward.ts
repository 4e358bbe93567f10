import { AppError } from '../../shared/errors.ts'
import { HEADERS } from '../../shared/headers.ts'
import type { Token } from '../../shared/horizon.ts'
import { REQUEST_BODY_BYTES_MAX } from '../../shared/limits.ts'
import { parseToken } from '../../shared/token.ts'
import type { Answer } from '../answer.ts'
import { readBounded } from '../bounded-body.ts'
import type { Memory } from '../cache/memory.ts'
import type { ForwardedTokens } from '../origin/forwarded-tokens.ts'
import type { Origin } from '../origin/origin-client.ts'
import type { Reader } from '../reader.ts'
import type { Viewers } from '../viewers.ts'
import { forgetWritten } from './forget-written.ts'

export interface ForwardDeps {
  readonly origin: Origin
  readonly forwarded: ForwardedTokens
  readonly viewers: Viewers
  readonly memory: Memory
}

/** A request that goes on to the origin, and what the gateway found out about it. */
export interface Forwardable {
  readonly request: Request
  readonly requestId: string
  readonly subject: string | undefined
  readonly reader: Reader
}

export type Forward = (forwardable: Forwardable, token: Token | undefined) => Promise<Answer>

/** Sends a request on to the origin, and remembers of the answer what later reads of this reader need. */
export function forward({ origin, forwarded, viewers, memory }: ForwardDeps): Forward {
  return async ({ request, requestId, subject, reader }, token) => {
    const { method, url } = request
    const isWrite = !['GET', 'HEAD'].includes(method)
    const body = isWrite ? await readBounded(request.body, REQUEST_BODY_BYTES_MAX) : undefined
    if (isWrite && body === undefined) throw new AppError('BODY_TOO_LARGE', 'at the edge')

    const { pathname, search } = new URL(url)
    const answer = await origin({
      method,
      target: pathname + search,
      headers: request.headers,
      requestId,
      token,
      ...(body === undefined ? {} : { body }),
    })
    // Between the origin and us only.
    const { [HEADERS.viewer]: viewer, ...headers } = answer.headers
    if (subject !== undefined && viewer !== undefined) viewers.learn(subject, viewer)
    if (isWrite && answer.status >= 200 && answer.status < 300) {
      const written = parseToken(headers[HEADERS.token] ?? '')
      if (subject !== undefined && written !== undefined) forwarded.note(subject, written)
      forgetWritten(memory, pathname, reader.viewer)
    }
    return { ...answer, headers }
  }
}
