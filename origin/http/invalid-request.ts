import type { Hook } from '@hono/zod-openapi'
import { AppError } from '../../shared/errors.ts'
import { fieldErrors } from '../../shared/field-errors.ts'
import type { OriginEnv } from './context.ts'

/** Where in the request a field lies, as errors name it. */
const PREFIXES: Readonly<Record<string, string | undefined>> = {
  json: undefined,
  param: 'path',
  query: 'query',
  header: 'header',
}

/** Given to every router: a request that does not validate is a problem like any other. */
export const refuseInvalid: Hook<unknown, OriginEnv, string, undefined> = (result) => {
  if (result.success) return undefined
  throw new AppError('REQUEST_INVALID', `${result.target} does not validate`, {
    errors: fieldErrors(result.error.issues, PREFIXES[result.target]),
  })
}
