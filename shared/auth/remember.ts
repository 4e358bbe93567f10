import { CLOCK_TOLERANCE_SECONDS, VERIFIED_TOKEN_LIFE_MS, VERIFIED_TOKENS_MAX } from '../limits.ts'
import type { Now } from '../time.ts'
import type { Claims, VerifyToken } from './verify.ts'

interface Verified {
  readonly claims: Claims
  readonly atMs: number
  readonly untilMs: number
}

/**
 * Remembers for a while which tokens were good: checking a signature costs more than a page from memory.
 * Found by the whole token, so that nobody profits from another's; what was refused is checked again.
 */
export function remembering(verify: VerifyToken, now: Now): VerifyToken {
  // A Map keeps the order of insertion: the first was verified longest ago.
  const verified = new Map<string, Verified>()

  async function verifyAndRemember(token: string): Promise<Claims> {
    const claims = await verify(token)
    const atMs = now()
    const endsMs = claims.expiresAtMs + CLOCK_TOLERANCE_SECONDS * 1000
    verified.delete(token)
    verified.set(token, { claims, atMs, untilMs: Math.min(endsMs, atMs + VERIFIED_TOKEN_LIFE_MS) })
    const [oldest] = verified.keys()
    if (verified.size > VERIFIED_TOKENS_MAX && oldest !== undefined) verified.delete(oldest)
    return claims
  }

  return (token) => {
    const known = verified.get(token)
    const nowMs = now()
    // A clock that went backwards measures nothing.
    if (known === undefined || nowMs < known.atMs || nowMs >= known.untilMs) {
      return verifyAndRemember(token)
    }
    return Promise.resolve(known.claims)
  }
}
