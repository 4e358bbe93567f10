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
 */
export function viewersOf(subjects: 'userId' | 'externalId'): Viewers {
  if (subjects === 'userId') {
    return { of: asUserId, learn: () => undefined }
  }
  const learnt = sieve<UserId>({
    bytesMax: SUBJECTS_BYTES_MAX,
    entryBytesMax: SUBJECT_BYTES_MAX,
  })
  return {
    of: (subject) => learnt.get(subject),
    learn(subject, text) {
      const viewer = asUserId(text)
      if (viewer !== undefined) learnt.set(subject, viewer, 2 * subject.length + OVERHEAD_BYTES)
    },
  }
}
