import { bearerOf } from '../../shared/auth/bearer.ts'
import type { VerifyToken } from '../../shared/auth/verify.ts'
import { AppError } from '../../shared/errors.ts'
import type { UserId } from '../../shared/ids.ts'

/** Who sent a request, and what its token allows. */
export interface Identity {
  readonly user: UserId
  readonly scopes: ReadonlySet<string>
}

export type Authenticate = (authorization: string | undefined) => Promise<Identity>

export interface AuthenticateDeps {
  readonly verify: VerifyToken
  readonly resolveSubject: (subject: string) => Promise<UserId>
}

export const authenticate =
  ({ verify, resolveSubject }: AuthenticateDeps): Authenticate =>
  async (authorization) => {
    const { subject, scopes } = await verify(bearerOf(authorization))
    return { user: await resolveSubject(subject), scopes }
  }

/** For the admin API. */
export function requireOperator({ scopes }: Identity): void {
  if (!scopes.has('operator')) throw new AppError('AUTH_FORBIDDEN', 'not an operator')
}
