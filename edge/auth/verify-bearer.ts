import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTVerifyOptions,
} from 'jose'
import { AppError } from '../../shared/errors.ts'
import type { Now } from '../../shared/time.ts'

export interface TokenRules {
  /** For HS256. */
  readonly secret: string | undefined
  /** For RS256, ES256 and EdDSA. */
  readonly jwksUrl: string | undefined
  readonly issuer: string
  readonly audience: string
}

/** Who the token speaks for: our user id, or the product's own. */
export interface Subject {
  readonly subject: string
}

/** Clocks of issuers and of Cloudflare differ by less. */
const CLOCK_TOLERANCE_SECONDS = 5
const JWKS_DEADLINE_MS = 1_000
const PUBLIC_KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA']

/**
 * A verifier of bearer tokens. The algorithm chooses the kind of key, never the other way round: a public
 * key must not become the secret of a forged HS256 token.
 */
export function bearerVerifier(rules: TokenRules, now: Now): (token: string) => Promise<Subject> {
  const secret = rules.secret === undefined ? undefined : new TextEncoder().encode(rules.secret)
  const jwks =
    rules.jwksUrl === undefined
      ? undefined
      : createRemoteJWKSet(new URL(rules.jwksUrl), { timeoutDuration: JWKS_DEADLINE_MS })
  const options = (algorithms: string[]): JWTVerifyOptions => ({
    algorithms,
    issuer: rules.issuer,
    audience: rules.audience,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: new Date(now()),
  })

  async function verify(token: string) {
    const { alg = '' } = decodeProtectedHeader(token)
    if (alg === 'HS256' && secret !== undefined) {
      return jwtVerify(token, secret, options(['HS256']))
    }
    if (PUBLIC_KEY_ALGORITHMS.includes(alg) && jwks !== undefined) {
      return jwtVerify(token, jwks, options(PUBLIC_KEY_ALGORITHMS))
    }
    throw new AppError('AUTH_TOKEN_INVALID', 'an algorithm that is not allowed here')
  }

  return async (token) => {
    try {
      const { payload } = await verify(token)
      if (payload.sub === undefined || payload.sub === '') {
        throw new AppError('AUTH_TOKEN_INVALID', 'a token without a subject')
      }
      return { subject: payload.sub }
    } catch (error) {
      throw asAppError(error)
    }
  }
}

/** jose's messages may quote the token: only its codes go on. */
function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof errors.JWTExpired) {
    return new AppError('AUTH_TOKEN_EXPIRED', error.code)
  }
  if (error instanceof errors.JWKSTimeout) return new AppError('STORE_UNAVAILABLE', error.code)
  if (error instanceof errors.JOSEError) return new AppError('AUTH_TOKEN_INVALID', error.code)
  // Not a JWT at all, or a key set that cannot be fetched.
  return error instanceof TypeError
    ? new AppError('AUTH_TOKEN_INVALID', 'not a token')
    : new AppError('STORE_UNAVAILABLE', 'the key set cannot be read')
}
