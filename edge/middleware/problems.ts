import { AppError } from '../../shared/errors.ts'
import { HEADERS } from '../../shared/headers.ts'
import { PROBLEM_CONTENT_TYPE, problemOf } from '../../shared/problem.ts'
import { likeness, type Answer } from '../answer.ts'

/** Where operators read of failures that clients see only as a code. */
export type Report = (error: unknown, requestId: string) => void

/** Reported where it is our side that failed; a client's mistake is the client's to read. */
export const isOurs = (error: unknown): boolean =>
  !(error instanceof AppError) || error.spec.status >= 500

const PROBLEM = likeness({ 'content-type': PROBLEM_CONTENT_TYPE })

/** A failure as the wire gets it. The one place that turns an error into an answer. */
export function problemAnswer(error: unknown, requestId: string): Answer {
  const problem = problemOf(error, requestId)
  const retryAfter = error instanceof AppError ? error.retryAfterSeconds : 1
  return {
    status: problem.status,
    like: PROBLEM,
    headers: {
      ...(retryAfter === undefined ? {} : { [HEADERS.retryAfter]: String(retryAfter) }),
      ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: JSON.stringify(problem),
  }
}
