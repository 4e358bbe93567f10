import type { Hook } from '@hono/zod-openapi'
import type { z } from 'zod'
import { AppError, type FieldError } from '../../shared/errors.ts'
import type { OriginEnv } from './context.ts'

/** Errors name fields as the client wrote them: `text`, `users.3.handle`, `query.limit`, `path.id`. */
const PREFIXES: Readonly<Record<string, string | undefined>> = {
  json: undefined,
  param: 'path',
  query: 'query',
  header: 'header',
}

/** Given to every router: a request that does not validate is a problem like any other. */
export const refuseInvalid: Hook<unknown, OriginEnv, string, undefined> = (result) => {
  if (result.success) return undefined
  const prefix = PREFIXES[result.target]
  throw new AppError('REQUEST_INVALID', `${result.target} does not validate`, {
    errors: result.error.issues
      .slice(0, ERRORS_SHOWN_MAX)
      .flatMap((issue) => fieldErrors(issue, prefix)),
  })
}

/** Enough to mend a form; a thousand users that are all wrong need not be listed. */
const ERRORS_SHOWN_MAX = 50

function fieldErrors(issue: z.core.$ZodIssue, prefix: string | undefined): FieldError[] {
  const pathOf = (more: readonly PropertyKey[]) =>
    [...(prefix === undefined ? [] : [prefix]), ...issue.path, ...more].map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathOf([key.slice(0, 100)]),
      message: 'unknown field',
    }))
  }
  return [{ path: pathOf([]), message: issue.message }]
}
