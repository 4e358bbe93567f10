import type { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { AppError } from '../../shared/errors.ts'
import { HEADERS, PRIVATE } from '../../shared/headers.ts'
import { PROBLEM_CONTENT_TYPE, problemOf } from '../../shared/problem.ts'
import { allowedMethods } from './allowed-methods.ts'
import { answer, setHeader } from './answer.ts'
import type { OriginContext, OriginEnv } from './context.ts'

/** The one place of this side where a failure becomes an answer. What nobody expected is reported. */
export function answerProblems(app: Hono<OriginEnv>, onUnexpected: (error: unknown) => void): void {
  const allowed = allowedMethods(app)

  app.onError((error, c) => {
    const known = error instanceof AppError ? error : appErrorOf(error)
    if (known === undefined) onUnexpected(error)
    return problem(c, known ?? error)
  })

  app.notFound((c) => {
    const methods = allowed(c.req.path)
    if (methods.length === 0) return problem(c, new AppError('NOT_FOUND', 'no route'))
    setHeader(c, 'allow', methods.join(', '))
    return problem(c, new AppError('METHOD_NOT_ALLOWED', c.req.method))
  })
}

/** hono refuses a body that is not JSON by itself. */
function appErrorOf(error: unknown): AppError | undefined {
  if (!(error instanceof HTTPException) || error.status !== 400) return undefined
  return new AppError('BODY_MALFORMED', 'hono', { cause: error })
}

function problem(c: OriginContext, error: unknown): Response {
  const body = problemOf(error, c.get('requestId'))
  const retryAfterSeconds = error instanceof AppError ? error.retryAfterSeconds : undefined
  if (retryAfterSeconds !== undefined) setHeader(c, HEADERS.retryAfter, String(retryAfterSeconds))
  if (body.status === 401) setHeader(c, 'www-authenticate', 'Bearer')
  setHeader(c, HEADERS.cacheControl, PRIVATE)
  setHeader(c, 'content-type', PROBLEM_CONTENT_TYPE)
  return answer(c, JSON.stringify(body), body.status)
}
