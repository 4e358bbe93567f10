import type { Context } from 'hono'
import { AppError } from '../../shared/errors.ts'
import { HEADERS } from '../../shared/headers.ts'
import type { Token } from '../../shared/horizon.ts'
import { REQUEST_BODY_BYTES_MAX } from '../../shared/limits.ts'
import { parseToken } from '../../shared/token.ts'
import { readBounded } from '../bounded-body.ts'
import type { Memory } from '../cache/memory.ts'
import type { EdgeEnv } from '../edge-env.ts'
import type { ForwardedTokens } from '../origin/forwarded-tokens.ts'
import type { Origin } from '../origin/origin-client.ts'
import type { Viewers } from '../viewers.ts'
import { forgetWritten } from './forget-written.ts'

export interface ForwardDeps {
  readonly origin: Origin
  readonly forwarded: ForwardedTokens
  readonly viewers: Viewers
  readonly memory: Memory
}

export type Forward = (c: Context<EdgeEnv>, token?: Token) => Promise<Response>

/** Sends a request on to the origin, and remembers of the answer what later reads of this reader need. */
export function forward({ origin, forwarded, viewers, memory }: ForwardDeps): Forward {
  return async (c, token = c.get('reader').token) => {
    const { method, url, raw } = c.req
    const isWrite = !['GET', 'HEAD'].includes(method)
    const body = isWrite ? await readBounded(raw.body, REQUEST_BODY_BYTES_MAX) : undefined
    if (isWrite && body === undefined) throw new AppError('BODY_TOO_LARGE', 'at the edge')

    const { pathname, search } = new URL(url)
    const response = await origin({
      method,
      target: pathname + search,
      headers: raw.headers,
      requestId: c.get('requestId'),
      token,
      ...(body === undefined ? {} : { body }),
    })
    const subject = c.get('subject')
    const viewer = response.headers.get(HEADERS.viewer)
    if (subject !== undefined && viewer !== null) viewers.learn(subject, viewer)
    if (isWrite && response.ok) {
      const written = parseToken(response.headers.get(HEADERS.token) ?? '')
      if (subject !== undefined && written !== undefined) forwarded.note(subject, written)
      forgetWritten(memory, pathname, c.get('reader').viewer)
    }
    return response
  }
}
