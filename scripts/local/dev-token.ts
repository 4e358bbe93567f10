import { SignJWT } from 'jose'

const LIFE_DEFAULT = '12h'

export interface DevTokenOptions {
  readonly secret: string
  readonly issuer: string
  readonly audience: string
  /** A user id, or the product's own id where `auth.subject` says so. */
  readonly subject: string
  readonly scope?: 'operator'
}

/** A token for development: signed with the secret that the local run made for itself. */
export async function devToken(options: DevTokenOptions): Promise<string> {
  const { secret, issuer, audience, subject, scope } = options
  return new SignJWT(scope === undefined ? {} : { scope })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(subject)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(LIFE_DEFAULT)
    .sign(new TextEncoder().encode(secret))
}
