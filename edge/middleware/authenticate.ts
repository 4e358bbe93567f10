import { createMiddleware } from 'hono/factory'
import { AppError } from '../../shared/errors.ts'
import type { Subject } from '../auth/verify-bearer.ts'
import type { EdgeEnv } from '../edge-env.ts'

/** Nobody signed in is fine here; a token that does not verify is not. Routes say what they require. */
export const authenticate = (verify: (token: string) => Promise<Subject>) =>
  createMiddleware<EdgeEnv>(async (c, next) => {
    const header = c.req.header('authorization')
    if (header === undefined) {
      c.set('subject', undefined)
      return next()
    }
    const token = /^Bearer ([^\s]+)$/i.exec(header)?.[1]
    if (token === undefined) throw new AppError('AUTH_TOKEN_INVALID', 'not a bearer token')
    const { subject } = await verify(token)
    c.set('subject', subject)
    return next()
  })

export const signedIn = createMiddleware<EdgeEnv>(async (c, next) => {
  if (c.get('subject') === undefined) throw new AppError('AUTH_REQUIRED', 'no bearer token')
  return next()
})
