import type { UserCounts } from '../../shared/user.ts'
import type { UserId } from '../../shared/ids.ts'

/**
 * Counts as absolute values.
 *
 * Promises: what it writes is counted after every earlier write of the same user's counts, so that the
 * highest version is also the newest truth; users that do not exist are missing from the answer.
 */
export interface CountStore {
  recount(
    users: readonly UserId[],
  ): Promise<ReadonlyMap<UserId, UserCounts & { readonly version: number }>>
}
