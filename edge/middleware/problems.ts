import type { Context } from 'hono'
import { AppError } from '../../shared/errors.ts'
import { HEADERS, PRIVATE } from '../../shared/headers.ts'
import { PROBLEM_CONTENT_TYPE, problemOf } from '../../shared/problem.ts'
import type { EdgeEnv } from '../edge-env.ts'

/** Where operators read of failures that clients see only as a code. */
export type Report = (error: unknown, requestId: string) => void

/** Failures as the wire gets them. The one place that turns an error into a response. */
export const problems = (report: Report) => ({
  onError(error: unknown, c: Context<EdgeEnv>): Response {
    // Reported where it is our side that failed; a client's mistake is the client's to read.
    if (!(error instanceof AppError) || error.spec.status >= 500) report(error, c.get('requestId'))
    return problemResponse(error, c.get('requestId'))
  },
  notFound: (c: Context<EdgeEnv>): Response =>
    problemResponse(new AppError('NOT_FOUND', 'no route'), c.get('requestId')),
})

export function problemResponse(error: unknown, requestId: string): Response {
  const problem = problemOf(error, requestId)
  const headers = new Headers({
    'content-type': PROBLEM_CONTENT_TYPE,
    [HEADERS.cacheControl]: PRIVATE,
  })
  const retryAfter = error instanceof AppError ? error.retryAfterSeconds : 1
  if (retryAfter !== undefined) headers.set(HEADERS.retryAfter, String(retryAfter))
  if (problem.status === 401) headers.set('www-authenticate', 'Bearer')
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}
