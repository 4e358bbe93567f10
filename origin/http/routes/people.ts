import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { UserBrief } from '../../../shared/post.ts'
import { briefOf } from '../../fragments/user-json.ts'
import type { People, WalkPage } from '../../ports/people.ts'
import type { AuthorRow } from '../../ports/writes.ts'
import type { OriginEnv } from '../context.ts'
import { json, OPTIONAL, PageQuery, pageOf, problems, REQUIRED, UserPath } from '../describe.ts'
import { refuseInvalid } from '../invalid-request.ts'
import { pageCursor } from '../page-cursor.ts'
import { signedIn } from '../sign-in.ts'

const page = pageOf(UserBrief.openapi('UserBrief')).openapi('UserPage')
const MINE = ['blocks', 'mutes'] as const
const THEIRS = ['followers', 'following'] as const

const SUMMARIES = {
  blocks: 'Whom one blocks, newest account first',
  mutes: 'Whom one mutes, newest account first',
  followers: 'Who follows a user, newest account first',
  following: 'Whom a user follows, newest account first',
} as const

export interface PeopleRouteDeps {
  readonly people: Pick<People, 'blocks' | 'mutes' | 'followers' | 'following'>
}

export function peopleRoutes({ people }: PeopleRouteDeps) {
  const app = new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid })

  for (const list of MINE) {
    const route = createRoute({
      method: 'get',
      path: `/v1/users/me/${list}` as '/v1/users/me/list',
      operationId: `getMy${list[0]?.toUpperCase()}${list.slice(1)}`,
      tags: ['Relationships'],
      summary: SUMMARIES[list],
      security: REQUIRED,
      request: { query: PageQuery },
      responses: {
        200: json(page, 'A page of users'),
        ...problems('REQUEST_INVALID', 'FEED_CURSOR_INVALID', 'AUTH_REQUIRED', 'STORE_UNAVAILABLE'),
      },
    })
    app.openapi(route, async (c) => {
      const { user } = signedIn(c)
      const { limit, cursor } = c.req.valid('query')
      const walk = pageCursor(`${list} ${user}`)
      const found = await people[list](user, { before: walk.parse(cursor), limit })
      return c.json(answerOf(found, walk), 200)
    })
  }

  for (const list of THEIRS) {
    const route = createRoute({
      method: 'get',
      path: `/v1/users/{id}/${list}` as '/v1/users/{id}/list',
      operationId: `get${list[0]?.toUpperCase()}${list.slice(1)}`,
      tags: ['Relationships'],
      summary: SUMMARIES[list],
      security: OPTIONAL,
      request: { params: UserPath, query: PageQuery },
      responses: {
        200: json(page, 'A page of users'),
        ...problems(
          'REQUEST_INVALID',
          'FEED_CURSOR_INVALID',
          'USER_NOT_FOUND',
          'STORE_UNAVAILABLE',
        ),
      },
    })
    app.openapi(route, async (c) => {
      const { id } = c.req.valid('param')
      const { limit, cursor } = c.req.valid('query')
      const walk = pageCursor(`${list} ${id}`)
      const viewer = c.get('identity')?.user
      const found = await people[list](viewer, id, { before: walk.parse(cursor), limit })
      return c.json(answerOf(found, walk), 200)
    })
  }
  return app
}

const answerOf = (found: WalkPage<AuthorRow>, walk: ReturnType<typeof pageCursor>) => ({
  items: found.items.map(briefOf),
  nextCursor: walk.format(found.next),
})
