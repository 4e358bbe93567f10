import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { FeedPage, FeedPageRequest } from '../../../shared/feed/page.ts'
import type { Token } from '../../../shared/horizon.ts'
import type { UserId } from '../../../shared/ids.ts'
import { tokenOfRequest } from '../consistency.ts'
import type { OriginEnv } from '../context.ts'
import { json, problems, REQUIRED } from '../describe.ts'
import { refuseInvalid } from '../invalid-request.ts'
import { answerRead, type ReadAnswer } from '../read-answer.ts'
import { signedIn } from '../sign-in.ts'

const getFeed = createRoute({
  method: 'get',
  path: '/v1/feed',
  operationId: 'getFeed',
  tags: ['Feed'],
  summary: 'One page of the signed-in reader’s home feed',
  description:
    'Pages are walked by `nextCursor`; null means that the beginning of time was reached. A page says for ' +
    'which interval of ids it speaks, as of when, and whether anything is missing.',
  security: REQUIRED,
  request: { query: FeedPageRequest },
  responses: {
    200: json(FeedPage.openapi('FeedPage'), 'The page'),
    ...problems(
      'REQUEST_INVALID',
      'FEED_CURSOR_INVALID',
      'CONSISTENCY_TOKEN_INVALID',
      'AUTH_REQUIRED',
      'AUTH_TOKEN_INVALID',
      'AUTH_TOKEN_EXPIRED',
      'FEED_CURSOR_EXPIRED',
      'FEED_SESSION_GONE',
      'FEED_SESSION_UNAVAILABLE',
      'STORE_UNAVAILABLE',
      'OVERLOADED',
    ),
  },
})

export interface FeedRouteDeps {
  readonly readFeed: (
    request: FeedPageRequest & { readonly viewer: UserId; readonly token: Token | undefined },
  ) => Promise<ReadAnswer>
  /** How long a page took, for `feed_latency_seconds`. */
  readonly feedRead: (mode: string, completeness: string, seconds: number) => void
  readonly now: () => number
}

export const feedRoutes = ({ readFeed, feedRead, now }: FeedRouteDeps) =>
  new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid }).openapi(getFeed, async (c) => {
    const { user: viewer } = signedIn(c)
    const startedAt = now()
    const request = c.req.valid('query')
    const answer = await readFeed({ ...request, viewer, token: tokenOfRequest(c) })
    feedRead(request.mode, answer.completeness ?? 'complete', (now() - startedAt) / 1000)
    return answerRead(c, answer) as never
  })
