import type { Settings } from '../../shared/admin/settings.ts'
import { AppError } from '../../shared/errors.ts'
import { asUserId, type UserId } from '../../shared/ids.ts'
import { SUBJECTS_REMEMBERED_MAX } from '../../shared/limits.ts'
import type { Subjects } from '../ports/subjects.ts'

export interface ResolveSubjectDeps {
  readonly subjects: Subjects
  readonly settings: () => Pick<Settings, 'auth.subject'>
}

/**
 * Whose id a token's `sub` is. The product's own ids are looked up, and their users made on first sight:
 * the product has vouched for them. A found one is remembered, since an external id never changes hands.
 */
export function resolveSubject({ subjects, settings }: ResolveSubjectDeps) {
  const remembered = new Map<string, UserId>()

  function remember(externalId: string, user: UserId): UserId {
    const [oldest] = remembered.keys()
    if (remembered.size >= SUBJECTS_REMEMBERED_MAX && oldest !== undefined) {
      remembered.delete(oldest)
    }
    remembered.set(externalId, user)
    return user
  }

  return async (subject: string): Promise<UserId> => {
    if (settings()['auth.subject'] === 'userId') {
      const id = asUserId(subject)
      if (id === undefined) throw new AppError('AUTH_TOKEN_INVALID', 'the subject is not a user id')
      return id
    }
    const known = remembered.get(subject)
    if (known !== undefined) return known
    return remember(subject, (await subjects.find(subject)) ?? (await subjects.create(subject)))
  }
}
