import { Hono, type Context } from 'hono'
import type { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { fieldErrors } from '../../shared/field-errors.ts'
import { FeedPageRequest } from '../../shared/feed/page.ts'
import { PostIdSchema, UserIdSchema } from '../../shared/ids.ts'
import type { Now } from '../../shared/time.ts'
import type { Checks } from '../cache/checks.ts'
import type { Memory } from '../cache/memory.ts'
import type { EdgeEnv } from '../edge-env.ts'
import { serveFeed } from '../feed/serve-feed.ts'
import { signedIn } from '../middleware/authenticate.ts'
import { servePost } from '../read/post.ts'
import type { ReadContext } from '../read/serve-read.ts'
import { serveUser } from '../read/user.ts'
import { serveUserPosts } from '../read/user-posts.ts'
import type { Forward } from './forward.ts'

export interface ReadRoutesDeps {
  readonly memory: Memory
  readonly checks: Checks
  readonly now: Now
  readonly forward: Forward
}

const UserPostsRequest = FeedPageRequest.omit({ mode: true })

/** The reads that the edge answers by itself. What is not an id goes on: the origin says what is wrong with it. */
export function readRoutes({ memory, checks, now, forward }: ReadRoutesDeps): Hono<EdgeEnv> {
  const contextOf = (c: Context<EdgeEnv>): ReadContext => ({
    reader: c.get('reader'),
    memory,
    checks,
    now,
    ifNoneMatch: c.req.header('if-none-match'),
    toOrigin: (token) => forward(c, token),
  })

  return new Hono<EdgeEnv>()
    .get('/v1/feed', signedIn, (c) =>
      serveFeed(contextOf(c), parsed(FeedPageRequest, c.req.query())),
    )
    .get('/v1/posts/:id', (c) => {
      const id = PostIdSchema.safeParse(c.req.param('id')).data
      return id === undefined ? forward(c) : servePost(contextOf(c), id)
    })
    .get('/v1/users/:id', (c) => {
      const id = UserIdSchema.safeParse(c.req.param('id')).data
      return id === undefined ? forward(c) : serveUser(contextOf(c), id)
    })
    .get('/v1/users/:id/posts', (c) => {
      const author = UserIdSchema.safeParse(c.req.param('id')).data
      if (author === undefined) return forward(c)
      const { limit, cursor } = parsed(UserPostsRequest, c.req.query())
      return serveUserPosts(contextOf(c), { author, limit, cursor })
    })
}

function parsed<Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> {
  const result = schema.safeParse(query)
  if (result.success) return result.data
  throw new AppError('REQUEST_INVALID', 'the query', {
    errors: fieldErrors(result.error.issues, 'query'),
  })
}
