import type * as z from 'zod'
import { AppError } from '../../shared/errors.ts'
import { fieldErrors } from '../../shared/field-errors.ts'
import { FeedPageRequest } from '../../shared/feed/page.ts'
import { asPostId, asUserId } from '../../shared/ids.ts'
import type { Now } from '../../shared/time.ts'
import type { Asked } from '../asked.ts'
import type { Checks } from '../cache/checks.ts'
import type { Memory } from '../cache/memory.ts'
import { serveFeed } from '../feed/serve-feed.ts'
import type { Hedging } from '../l2/hedged-read.ts'
import type { Gateway } from '../middleware/gateway.ts'
import { servePost } from '../read/post.ts'
import type { ReadContext } from '../read/serve-read.ts'
import { serveUser } from '../read/user.ts'
import { serveUserPosts } from '../read/user-posts.ts'
import type { Route } from './router.ts'

export interface ReadRoutesDeps {
  readonly memory: Memory
  readonly checks: Checks
  readonly now: Now
  readonly hedging: Hedging
}

const UserPostsRequest = FeedPageRequest.omit({ mode: true })

/** The reads that the edge answers by itself. What is not an id goes on: the origin says what is wrong with it. */
export function readRoutes(
  gateway: Pick<Gateway, 'read' | 'signedIn'>,
  { memory, checks, now, hedging }: ReadRoutesDeps,
): readonly Route[] {
  const contextOf = ({ reader, ifNoneMatch, toOrigin }: Asked): ReadContext => ({
    reader,
    memory,
    checks,
    now,
    hedging,
    ifNoneMatch,
    toOrigin,
  })

  const get = (path: string, handler: Route['handler']) => ({ method: 'GET', path, handler })
  return [
    get(
      '/v1/feed',
      gateway.signedIn((asked) =>
        serveFeed(contextOf(asked), parsed(FeedPageRequest, asked.query())),
      ),
    ),
    get(
      '/v1/posts/:id',
      gateway.read((asked) => {
        const id = asPostId(asked.id)
        return id === undefined ? asked.toOrigin() : servePost(contextOf(asked), id)
      }),
    ),
    get(
      '/v1/users/:id',
      gateway.read((asked) => {
        const id = asUserId(asked.id)
        return id === undefined ? asked.toOrigin() : serveUser(contextOf(asked), id)
      }),
    ),
    get(
      '/v1/users/:id/posts',
      gateway.read((asked) => {
        const author = asUserId(asked.id)
        if (author === undefined) return asked.toOrigin()
        const { limit, cursor } = parsed(UserPostsRequest, asked.query())
        return serveUserPosts(contextOf(asked), { author, limit, cursor })
      }),
    ),
  ]
}

function parsed<Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> {
  const result = schema.safeParse(query)
  if (result.success) return result.data
  throw new AppError('REQUEST_INVALID', 'the query', {
    errors: fieldErrors(result.error.issues, 'query'),
  })
}
