import { hasToken, type Horizon, type Token } from '../../../shared/horizon.ts'
import { TAIL_AGE_MS_MAX } from '../../../shared/limits.ts'
import type { Tail } from '../../ports/tail.ts'

/** How much this process knows, against what the reader asks for. */
export interface Reach {
  readonly asOf: Horizon
  /**
   * Only Postgres can vouch for the page: the token is of another epoch or ran ahead of the tail, or the
   * tail has not caught up yet.
   */
  readonly needsPostgres: boolean
  /** Postgres does not answer the tail: nothing can have been acknowledged since. What to call that. */
  readonly lost: 'postgres' | 'token' | undefined
}

/** Waits for the token, within the tail's bound. `asOf` is taken after that, and before anything is read. */
export async function reachToken(tail: Tail, token: Token | undefined): Promise<Reach> {
  const reached = token === undefined || (await tail.waitFor(token))
  const asOf = tail.horizon()
  const isAhead = !reached && !hasToken(asOf, token)
  if (!tail.ready()) return { asOf, needsPostgres: true, lost: undefined }
  // Asking a Postgres that hangs would cost each reader its deadline, and it has nothing new to say.
  const isLost = tail.ageMs() > TAIL_AGE_MS_MAX
  if (!isLost) return { asOf, needsPostgres: isAhead, lost: undefined }
  return { asOf, needsPostgres: false, lost: isAhead ? 'token' : 'postgres' }
}
