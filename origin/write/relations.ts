import { AppError } from '../../shared/errors.ts'
import type { UserId } from '../../shared/ids.ts'
import { pairKey } from '../../shared/keys.ts'
import type { UserViewer } from '../../shared/user.ts'
import type { Relation, Standing, WriteTransaction, Written } from '../ports/writes.ts'
import { perform, type WriteDeps, type WriteRequest } from './perform.ts'

/** A command between the one who asks and another user; it answers what then holds between them. */
export type RelationCommand = (
  request: WriteRequest,
  target: UserId,
) => Promise<Written<UserViewer>>

/** Answers whom the change concerns: those whose viewer record is another now. Nobody: nothing changed. */
export type Change = (
  transaction: WriteTransaction,
  standing: Standing,
  viewer: UserId,
  target: UserId,
) => Promise<readonly UserId[]>

/**
 * The frame of follow, block, mute and their undoing. Changes of one pair take turns, so a follow cannot
 * slip in beside a block. Records are raised smaller id first: two who block each other at once would
 * else wait for each other.
 */
export const relationCommand =
  (kind: Relation, change: Change, { changesTarget = false } = {}) =>
  (deps: WriteDeps): RelationCommand =>
  async (request, target) => {
    const viewer = request.user
    if (viewer === target) throw new AppError('RELATION_SELF', kind)
    const turnOf = changesTarget ? [viewer, target] : [viewer]
    const work = async (transaction: WriteTransaction) => {
      const { relations } = transaction
      await relations.lockPair(viewer, target)
      const standing = await relations.standing(viewer, target)
      if (!standing.viewerExists) throw new AppError('AUTH_TOKEN_INVALID', `no user ${viewer}`)
      if (!standing.targetExists) throw new AppError('USER_NOT_FOUND', 'no row')

      const changed = await change(transaction, standing, viewer, target)
      if (changed.length > 0) {
        const viewers = [...(await relations.raiseVersions(changed))]
        await transaction.append(pairKey(viewer, target), [
          { type: 'relation.changed', kind, from: viewer, to: target, viewers },
        ])
      }
      const { following, followedBy, blocking, muting } = await relations.standing(viewer, target)
      return { following, followedBy, blocking, muting }
    }
    return perform(deps, request, work, turnOf)
  }

/** A blocked pair does not exist for each other. */
export function refuseBlocked({ blocking, blockedBy }: Standing): void {
  if (blocking || blockedBy) throw new AppError('USER_NOT_FOUND', 'a blocked pair')
}
