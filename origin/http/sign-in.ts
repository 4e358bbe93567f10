import { createMiddleware } from 'hono/factory'
import { AppError } from '../../shared/errors.ts'
import { HEADERS } from '../../shared/headers.ts'
import { requireOperator, type Authenticate, type Identity } from '../auth/authenticate.ts'
import { setHeader } from './answer.ts'
import type { OriginContext, OriginEnv } from './context.ts'

/** Without a header nobody is signed in, which public pages allow; a header that does not verify is refused. */
export const signIn = (authenticate: Authenticate) =>
  createMiddleware<OriginEnv>(async (c, next) => {
    const authorization = c.req.header('authorization')
    const identity = authorization === undefined ? undefined : await authenticate(authorization)
    c.set('identity', identity)
    // The edge cannot know whom the product's own ids name.
    if (identity !== undefined) setHeader(c, HEADERS.viewer, identity.user)
    return next()
  })

/** For routers behind which everything is an operator’s. */
export const operatorsOnly = createMiddleware<OriginEnv>(async (c, next) => {
  requireOperator(signedIn(c))
  await next()
})

export function signedIn(c: OriginContext): Identity {
  const identity = c.get('identity')
  if (identity === undefined) throw new AppError('AUTH_REQUIRED', 'no header')
  return identity
}
