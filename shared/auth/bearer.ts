import { AppError } from '../errors.ts'
import { BEARER_TOKEN_CHARACTERS_MAX } from '../limits.ts'

/** The token of an Authorization header. Throws AUTH_REQUIRED without one. */
export function bearerOf(header: string | null | undefined): string {
  if (header == null || header === '') throw new AppError('AUTH_REQUIRED', 'no header')
  const match = /^bearer +([\w.~+/=-]+) *$/i.exec(header)
  if (match === null) throw new AppError('AUTH_REQUIRED', 'not a bearer token')
  const [, token = ''] = match
  if (token.length > BEARER_TOKEN_CHARACTERS_MAX) {
    throw new AppError('AUTH_TOKEN_INVALID', `${token.length} characters`)
  }
  return token
}
