import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose'
import { AppError } from '../errors.ts'
import {
  CLOCK_TOLERANCE_SECONDS,
  EXTERNAL_ID_CHARACTERS_MAX,
  JWKS_COOLDOWN_MS,
  JWKS_DEADLINE_MS,
  JWKS_LIFE_MS,
} from '../limits.ts'
import type { Now } from '../time.ts'

/** Each family of algorithms has its own key: a public key must never serve as a shared secret. */
const WITH_SECRET = ['HS256']
const WITH_JWKS = ['RS256', 'ES256', 'EdDSA']

export interface VerifierOptions {
  /** For HS256. Absent: not accepted. */
  readonly secret?: string | undefined
  /** For RS256, ES256 and EdDSA. Absent: not accepted. */
  readonly jwksUrl?: string | undefined
  readonly issuer: string
  readonly audience: string
  readonly now: Now
}

/** Who the token speaks of, as it says it, and what it allows. */
export interface Claims {
  /** Our user id, or the product's own id: the setting `auth.subject` says which. */
  readonly subject: string
  readonly scopes: ReadonlySet<string>
  readonly expiresAtMs: number
}

export type VerifyToken = (token: string) => Promise<Claims>

/**
 * Checks tokens on both tiers. Throws AUTH_TOKEN_EXPIRED or AUTH_TOKEN_INVALID, and STORE_UNAVAILABLE
 * when the key set cannot be had: then nobody knows, and the client may come again.
 */
export function tokenVerifier(options: VerifierOptions): VerifyToken {
  const { issuer, audience, now } = options
  const secret = options.secret === undefined ? undefined : new TextEncoder().encode(options.secret)
  const keySet =
    options.jwksUrl === undefined
      ? undefined
      : createRemoteJWKSet(new URL(options.jwksUrl), {
          timeoutDuration: JWKS_DEADLINE_MS,
          cooldownDuration: JWKS_COOLDOWN_MS,
          cacheMaxAge: JWKS_LIFE_MS,
        })

  async function payloadOf(token: string): Promise<JWTPayload> {
    const { alg = 'none' } = decodeProtectedHeader(token)
    const checks = {
      issuer,
      audience,
      requiredClaims: ['sub', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now()),
    }
    if (secret !== undefined && WITH_SECRET.includes(alg)) {
      return (await jwtVerify(token, secret, { ...checks, algorithms: WITH_SECRET })).payload
    }
    if (keySet !== undefined && WITH_JWKS.includes(alg)) {
      return (await jwtVerify(token, keySet, { ...checks, algorithms: WITH_JWKS })).payload
    }
    throw new AppError('AUTH_TOKEN_INVALID', 'an algorithm that is not accepted')
  }

  return async (token) => {
    try {
      return claimsOf(await payloadOf(token))
    } catch (error) {
      throw refusalOf(error)
    }
  }
}

function claimsOf({ sub = '', exp = 0, scope }: JWTPayload): Claims {
  if (sub === '' || sub.length > EXTERNAL_ID_CHARACTERS_MAX || sub.includes('\u0000')) {
    throw new AppError('AUTH_TOKEN_INVALID', 'a subject that no user can have')
  }
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((part) => part !== '') : []
  return { subject: sub, scopes: new Set(scopes), expiresAtMs: exp * 1000 }
}

function refusalOf(cause: unknown): unknown {
  if (cause instanceof AppError) return cause
  if (cause instanceof errors.JWTExpired) {
    return new AppError('AUTH_TOKEN_EXPIRED', cause.code)
  }
  if (isKeySetTrouble(cause)) {
    return new AppError('STORE_UNAVAILABLE', 'the key set cannot be had', { cause })
  }
  // jose's messages may quote the token: only its codes go into logs.
  if (cause instanceof errors.JOSEError) return new AppError('AUTH_TOKEN_INVALID', cause.code)
  if (cause instanceof TypeError) return new AppError('AUTH_TOKEN_INVALID', 'not a token')
  return cause
}

/** jose says a failed fetch as the runtime does, and an unusable answer with its most general error. */
const isKeySetTrouble = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') ||
  (error instanceof TypeError && /fetch|network/i.test(error.message))
