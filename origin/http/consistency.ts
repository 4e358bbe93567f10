import { AppError } from '../../shared/errors.ts'
import { HEADERS } from '../../shared/headers.ts'
import type { Token } from '../../shared/horizon.ts'
import { formatToken, parseToken } from '../../shared/token.ts'
import { setHeader } from './answer.ts'
import type { OriginContext } from './context.ts'

/** What the reader must be shown: `Headwater-Token` of an earlier answer. */
export function tokenOfRequest(c: OriginContext): Token | undefined {
  const text = c.req.header(HEADERS.token)
  if (text === undefined) return undefined
  const token = parseToken(text)
  if (token === undefined) throw new AppError('CONSISTENCY_TOKEN_INVALID', 'not <epoch>.<xid>')
  return token
}

export function giveToken(c: OriginContext, token: Token | undefined): void {
  if (token !== undefined) setHeader(c, HEADERS.token, formatToken(token))
}
