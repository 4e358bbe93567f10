import { hash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import { HEADERS } from '../../shared/headers.ts'
import { IDEMPOTENCY_KEY_CHARACTERS_MAX } from '../../shared/limits.ts'
import type { WriteRequest } from '../write/perform.ts'
import type { OriginContext } from './context.ts'
import { signedIn } from './sign-in.ts'

const KEY = new RegExp(`^[\\x21-\\x7e]{1,${IDEMPOTENCY_KEY_CHARACTERS_MAX}}$`)

/**
 * Who writes, and under which key. The hash is of the operation and of what was validated: the same
 * request with other white space is the same request.
 */
export function writeRequest(c: OriginContext, operation: string, input: unknown): WriteRequest {
  const { user } = signedIn(c)
  const key = c.req.header(HEADERS.idempotencyKey)
  if (key === undefined) return { user }
  if (!KEY.test(key)) {
    throw new AppError('REQUEST_INVALID', 'an unusable key', {
      errors: [
        { path: `header.${HEADERS.idempotencyKey}`, message: 'not 1 to 200 ASCII characters' },
      ],
    })
  }
  const requestHash = hash('sha256', JSON.stringify([operation, input]), 'base64url')
  return { user, idempotency: { key, requestHash } }
}
