import type { Token } from '../../shared/horizon.ts'
import { FORWARDED_TOKEN_MS, FORWARDED_TOKENS_MAX } from '../../shared/limits.ts'
import type { Now } from '../../shared/time.ts'
import { laterToken } from '../../shared/token.ts'

/** The tokens of writes that went through this isolate: for authors who drop theirs. */
export interface ForwardedTokens {
  /** By the subject of the bearer token, which is known before the user id may be. */
  note(subject: string, token: Token): void
  of(subject: string): Token | undefined
}

export function forwardedTokens(now: Now): ForwardedTokens {
  const tokens = new Map<string, { readonly token: Token; readonly atMs: number }>()
  function of(subject: string): Token | undefined {
    const noted = tokens.get(subject)
    if (noted === undefined) return undefined
    const elapsedMs = now() - noted.atMs
    return elapsedMs >= 0 && elapsedMs <= FORWARDED_TOKEN_MS ? noted.token : undefined
  }
  return {
    of,
    note(subject, token) {
      const latest = laterToken(of(subject), token) ?? token
      tokens.delete(subject)
      tokens.set(subject, { token: latest, atMs: now() })
      if (tokens.size <= FORWARDED_TOKENS_MAX) return
      const [first] = tokens.keys()
      if (first !== undefined) tokens.delete(first)
    },
  }
}
