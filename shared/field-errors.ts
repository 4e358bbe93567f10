import type * as z from 'zod'
import type { FieldError } from './errors.ts'

/** Enough to mend a form; a thousand users that are all wrong need not be listed. */
const ERRORS_SHOWN_MAX = 50
const KEY_CHARACTERS_MAX = 100

/** What does not validate, named as the client wrote it: `text`, `users.3.handle`, `query.limit`, `path.id`. */
export const fieldErrors = (
  issues: readonly z.core.$ZodIssue[],
  prefix: string | undefined,
): FieldError[] => issues.slice(0, ERRORS_SHOWN_MAX).flatMap((issue) => errorsOf(issue, prefix))

function errorsOf(issue: z.core.$ZodIssue, prefix: string | undefined): FieldError[] {
  const pathOf = (more: readonly PropertyKey[]) =>
    [...(prefix === undefined ? [] : [prefix]), ...issue.path, ...more].map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathOf([key.slice(0, KEY_CHARACTERS_MAX)]),
      message: 'unknown field',
    }))
  }
  return [{ path: pathOf([]), message: issue.message }]
}
