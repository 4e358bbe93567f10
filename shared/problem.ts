import * as z from 'zod'
import { AppError, ERRORS, type ErrorCode } from './errors.ts'

/** RFC 9457, with our stable `code`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof Problem>

export const PROBLEM_CONTENT_TYPE = 'application/problem+json'

/** What the wire gets of a failure: never `detail`, never a stack. */
export function problemOf(error: unknown, requestId: string): Problem {
  const code: ErrorCode = error instanceof AppError ? error.code : 'INTERNAL'
  const { title, status } = ERRORS[code]
  const errors = error instanceof AppError ? error.errors : undefined
  return {
    type: `urn:headwater:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    code,
    requestId,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  }
}
