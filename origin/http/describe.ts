import { z } from '@hono/zod-openapi'
import { ERRORS, type ErrorCode } from '../../shared/errors.ts'
import { UserIdSchema, PostIdSchema } from '../../shared/ids.ts'
import {
  CURSOR_CHARACTERS_MAX,
  FEED_PAGE_POSTS_DEFAULT,
  FEED_PAGE_POSTS_MAX,
} from '../../shared/limits.ts'
import { PROBLEM_CONTENT_TYPE, Problem } from '../../shared/problem.ts'

/** Parts of the description that many routes share. */

const problem = Problem.openapi('Problem')

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { 'application/json': { schema } },
})

/** The codes that a client of this route should know, under their statuses. */
export function problems(...codes: readonly ErrorCode[]) {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      status,
      { description: some.join(', '), content: { [PROBLEM_CONTENT_TYPE]: { schema: problem } } },
    ]),
  )
}

export const REQUIRED = [{ bearer: [] }]
export const OPTIONAL = [{ bearer: [] }, {}]

export const UserPath = z.strictObject({ id: UserIdSchema })
export const PostPath = z.strictObject({ id: PostIdSchema })

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(FEED_PAGE_POSTS_MAX).default(FEED_PAGE_POSTS_DEFAULT),
  cursor: z.string().max(CURSOR_CHARACTERS_MAX).optional(),
})
export type PageQuery = z.infer<typeof PageQuery>

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })
