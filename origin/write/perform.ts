import type { UserId } from '../../shared/ids.ts'
import type { Idempotency, Writes, WriteTransaction, Written } from '../ports/writes.ts'

export interface WriteDeps {
  readonly writes: Writes
  /** Called after a commit, so that readers of the outbox look at once. Must neither throw nor wait. */
  readonly published: () => void
}

/** Who asks, and under which idempotency key. */
export interface WriteRequest {
  readonly user: UserId
  readonly idempotency?: Idempotency | undefined
}

/**
 * The frame of every write: one transaction that holds the change, its events, and the answer under the
 * request's key. A request that was answered before gets the same answer and token, and changes nothing.
 */
export async function perform<Facts>(
  { writes, published }: WriteDeps,
  { user, idempotency }: WriteRequest,
  change: (transaction: WriteTransaction) => Promise<Facts>,
  /** Whose rows it locks, when it is not only those of who asks. */
  turnOf: readonly UserId[] = [user],
): Promise<Written<Facts>> {
  const written = await writes.transaction(turnOf, async (transaction) => {
    if (idempotency === undefined) {
      return { facts: await change(transaction), token: await transaction.token() }
    }
    const earlier = await transaction.answers.claim(user, idempotency)
    // The key's hash is of this operation and input, so what it kept is of this operation's type.
    if (earlier !== undefined) return earlier as Written<Facts>
    const made = { facts: await change(transaction), token: await transaction.token() }
    await transaction.answers.keep(user, idempotency.key, made)
    return made
  })
  published()
  return written
}
