import { RATE_LIMIT_PERIOD_SECONDS, RATE_LIMIT_REQUESTS_MAX } from '../../shared/limits.ts'

/** Cloudflare's binding: counts at one place, without a network call, and says no more than yes or no. */
export interface RateLimiter {
  limit(options: { readonly key: string }): Promise<{ readonly success: boolean }>
}

/** What clients are told of the limit, and what more when it is reached. */
export const RATE_LIMIT_POLICY: Readonly<Record<string, string>> = {
  'ratelimit-policy': `"default";q=${RATE_LIMIT_REQUESTS_MAX};w=${RATE_LIMIT_PERIOD_SECONDS}`,
}
export const RATE_LIMIT_REACHED: Readonly<Record<string, string>> = {
  ...RATE_LIMIT_POLICY,
  ratelimit: `"default";r=0;t=${RATE_LIMIT_PERIOD_SECONDS}`,
}

/** By reader; by address only for those who did not sign in. */
export const rateLimitKey = (subject: string | undefined, headers: Headers): string =>
  subject === undefined ? `ip:${headers.get('cf-connecting-ip') ?? 'unknown'}` : `sub:${subject}`

/** Speed fails open: a limiter that fails lets pass. */
export const passes = async (limiter: RateLimiter, key: string): Promise<boolean> => {
  const { success } = await limiter.limit({ key }).catch(() => ({ success: true }))
  return success
}
