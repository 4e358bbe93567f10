import { AppError } from '../shared/errors.ts'
import { asUserId, type UserId } from '../shared/ids.ts'
import { sieve } from './cache/sieve.ts'

/** Which user a token's subject is. */
export interface Viewers {
  of(subject: string): UserId | undefined
  /** The origin said so. */
  learn(subject: string, viewer: string): void
}

const SUBJECTS_BYTES_MAX = 2 * 1024 * 1024
const SUBJECT_BYTES_MAX = 2_048
const OVERHEAD_BYTES = 200

/**
 * The subject is our user id, or the product's own id: then only the origin knows the user, makes one on
 * first sight, and its answers say which. Ids never change hands, so what was learnt stays true.
 *
 * The origin's word outranks the edge's setting. One answer that names another user than the subject shows
 * that subjects are the product's own, whatever the edge was told; the other way round nothing is shown by
 * two ids that happen to be equal, and asking the origin once for each reader is never wrong.
 */
export function viewersOf(
  told: 'userId' | 'externalId',
  report: (mismatch: AppError) => void,
): Viewers {
  let subjects = told
  const learnt = sieve<UserId>({
    bytesMax: SUBJECTS_BYTES_MAX,
    entryBytesMax: SUBJECT_BYTES_MAX,
  })
  return {
    of: (subject) => (subjects === 'userId' ? asUserId(subject) : learnt.get(subject)),
    learn(subject, text) {
      const viewer = asUserId(text)
      if (viewer === undefined) return
      if (subjects === 'userId') {
        if (viewer === subject) return
        subjects = 'externalId'
        report(
          new AppError('CONFIG_INVALID', 'AUTH_SUBJECT is userId, and auth.subject is externalId'),
        )
      }
      learnt.set(subject, viewer, 2 * subject.length + OVERHEAD_BYTES)
    },
  }
}
