import { createMiddleware } from 'hono/factory'
import { AppError } from '../../shared/errors.ts'
import { RATE_LIMIT_PERIOD_SECONDS, RATE_LIMIT_REQUESTS_MAX } from '../../shared/limits.ts'
import type { EdgeEnv } from '../edge-env.ts'

/** Cloudflare's binding: counts at one place, without a network call, and says no more than yes or no. */
export interface RateLimiter {
  limit(options: { readonly key: string }): Promise<{ readonly success: boolean }>
}

const POLICY = `"default";q=${RATE_LIMIT_REQUESTS_MAX};w=${RATE_LIMIT_PERIOD_SECONDS}`

/** By reader; by address only for those who did not sign in. Speed fails open: a limiter that fails lets pass. */
export const rateLimit = (limiter: RateLimiter | undefined) =>
  createMiddleware<EdgeEnv>(async (c, next) => {
    if (limiter === undefined) return next()
    const subject = c.get('subject')
    const key =
      subject === undefined
        ? `ip:${c.req.header('cf-connecting-ip') ?? 'unknown'}`
        : `sub:${subject}`
    const { success } = await limiter.limit({ key }).catch(() => ({ success: true }))
    c.header('RateLimit-Policy', POLICY)
    if (success) return next()
    c.header('RateLimit', `"default";r=0;t=${RATE_LIMIT_PERIOD_SECONDS}`)
    throw new AppError('RATE_LIMITED', key, { retryAfterSeconds: RATE_LIMIT_PERIOD_SECONDS })
  })
