import { AppError } from '../../shared/errors.ts'
import type { UserId } from '../../shared/ids.ts'
import type { Truth } from '../ports/truth.ts'

/** For operators, who may mistype an id: a list of nobody must not be made, nor be called right. */
export async function requireUser(user: UserId, truth: Pick<Truth, 'users'>): Promise<void> {
  if (!(await truth.users([user])).has(user)) throw new AppError('USER_NOT_FOUND', `user ${user}`)
}
