import { createMiddleware } from 'hono/factory'
import { bearerOf } from '../../shared/auth/bearer.ts'
import type { VerifyToken } from '../../shared/auth/verify.ts'
import { AppError } from '../../shared/errors.ts'
import type { EdgeEnv } from '../edge-env.ts'

/** Nobody signed in is fine here; a token that does not verify is not. Routes say what they require. */
export const authenticate = (verify: VerifyToken) =>
  createMiddleware<EdgeEnv>(async (c, next) => {
    const header = c.req.header('authorization')
    const claims = header === undefined ? undefined : await verify(bearerOf(header))
    c.set('subject', claims?.subject)
    await next()
  })

export const signedIn = createMiddleware<EdgeEnv>(async (c, next) => {
  if (c.get('subject') === undefined) throw new AppError('AUTH_REQUIRED', 'no bearer token')
  await next()
})
