import { hasToken, type Horizon, type Token } from '../../../shared/horizon.ts'
import { TAIL_AGE_MS_MAX } from '../../../shared/limits.ts'
import type { Tail } from '../../ports/tail.ts'

/** How much this process knows, against what the reader asks for. */
export interface Reach {
  readonly asOf: Horizon
  /** The token is of another epoch, or the tail could not follow: only Postgres can vouch for it. */
  readonly isTokenAhead: boolean
  /** The tail cannot read the outbox. While Postgres is away, nothing can have been acknowledged since. */
  readonly isTailLost: boolean
}

/** Waits for the token, within the tail's bound. `asOf` is taken after that, and before anything is read. */
export async function reachToken(tail: Tail, token: Token | undefined): Promise<Reach> {
  const reached = token === undefined || (await tail.waitFor(token))
  const asOf = tail.horizon()
  return {
    asOf,
    isTokenAhead: !reached && token !== undefined && !hasToken(asOf, token),
    isTailLost: !tail.ready() || tail.ageMs() > TAIL_AGE_MS_MAX,
  }
}
