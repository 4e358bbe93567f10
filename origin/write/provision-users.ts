import { AppError, type FieldError } from '../../shared/errors.ts'
import type { ProvisionUsers } from '../../shared/user.ts'
import type { ProvisionedUser, WriteTransaction, Written } from '../ports/writes.ts'
import { perform, type WriteDeps, type WriteRequest } from './perform.ts'

/** All or none. Those whose external id is known are answered as they are, so a repeated import is safe. */
export const provisionUsers =
  (deps: WriteDeps) =>
  async (
    request: WriteRequest,
    users: ProvisionUsers,
  ): Promise<Written<readonly ProvisionedUser[]>> => {
    const errors = [
      ...repeated(users.map(({ handle }) => handle.toLowerCase())).map(
        (place) => `${place}.handle`,
      ),
      ...repeated(users.map(({ externalId }) => externalId)).map((place) => `${place}.externalId`),
    ].map((path): FieldError => ({ path, message: 'twice in one request' }))
    if (errors.length > 0) throw new AppError('REQUEST_INVALID', 'repeated users', { errors })

    // It locks no row of who asks: several of these may run at once.
    const turnOf = [] as const
    const work = async (transaction: WriteTransaction) => {
      const provisioned = await transaction.users.provision(users)
      for (const { id, created } of provisioned) {
        if (created) await transaction.append(id, [{ type: 'user.changed', user: id, version: 1 }])
      }
      return provisioned
    }
    return perform(deps, request, work, turnOf)
  }

/** The places of what was there before. */
function repeated(values: readonly (string | undefined)[]): number[] {
  const seen = new Set<string>()
  return values.flatMap((value, place) => {
    if (value === undefined) return []
    const isRepeated = seen.has(value)
    seen.add(value)
    return isRepeated ? [place] : []
  })
}
