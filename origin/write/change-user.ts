import { AppError } from '../../shared/errors.ts'
import type { ChangeUser, UserCounts } from '../../shared/user.ts'
import type { UserRow, Written } from '../ports/writes.ts'
import { perform, type WriteDeps, type WriteRequest } from './perform.ts'

export const changeUser =
  (deps: WriteDeps) =>
  (
    request: WriteRequest,
    change: ChangeUser,
  ): Promise<Written<UserRow & { readonly counts: UserCounts }>> =>
    perform(deps, request, async (transaction) => {
      const user = await transaction.users.change(request.user, change)
      if (user === undefined) throw new AppError('AUTH_TOKEN_INVALID', `no user ${request.user}`)
      await transaction.append(user.id, [
        { type: 'user.changed', user: user.id, version: user.version },
      ])
      return user
    })
