import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Token } from '../../../shared/horizon.ts'
import type { UserId } from '../../../shared/ids.ts'
import { Post } from '../../../shared/post.ts'
import { ChangeUser, User, UsersBatch } from '../../../shared/user.ts'
import { splice } from '../../../shared/fragment.ts'
import { userJson } from '../../fragments/user-json.ts'
import type { changeUser } from '../../write/change-user.ts'
import { giveToken, tokenOfRequest } from '../consistency.ts'
import type { OriginContext, OriginEnv } from '../context.ts'
import {
  json,
  jsonBody,
  OPTIONAL,
  pageOf,
  PageQuery,
  problems,
  REQUIRED,
  UserPath,
} from '../describe.ts'
import { writeRequest } from '../idempotency.ts'
import { refuseInvalid } from '../invalid-request.ts'
import { answerJson } from '../answer.ts'
import { answerRead, type ReadAnswer } from '../read-answer.ts'
import { signedIn } from '../sign-in.ts'

const tags = ['Users']
const user = User.openapi('User')

const readMe = createRoute({
  method: 'get',
  path: '/v1/users/me',
  operationId: 'getMe',
  tags,
  summary: 'The signed-in user',
  security: REQUIRED,
  responses: { 200: json(user, 'The user'), ...problems('AUTH_REQUIRED', 'STORE_UNAVAILABLE') },
})

const changeMe = createRoute({
  method: 'put',
  path: '/v1/users/me',
  operationId: 'changeMe',
  tags,
  summary: 'Change one’s own profile; absent fields stay as they are',
  security: REQUIRED,
  request: { body: jsonBody(ChangeUser) },
  responses: {
    200: json(user, 'The user'),
    ...problems(
      'REQUEST_INVALID',
      'AUTH_REQUIRED',
      'HANDLE_TAKEN',
      'IDEMPOTENCY_KEY_REUSED',
      'STORE_UNAVAILABLE',
    ),
  },
})

const batch = createRoute({
  method: 'post',
  path: '/v1/users/batch',
  operationId: 'getUsers',
  tags,
  summary: 'Several users at once; those that cannot be seen are left out',
  security: OPTIONAL,
  request: { body: jsonBody(UsersBatch) },
  responses: {
    200: json(pageOf(user).openapi('UserList'), 'The users'),
    ...problems('REQUEST_INVALID', 'BODY_MALFORMED', 'STORE_UNAVAILABLE'),
  },
})

const read = createRoute({
  method: 'get',
  path: '/v1/users/{id}',
  operationId: 'getUser',
  tags,
  summary: 'One user',
  security: OPTIONAL,
  request: { params: UserPath },
  responses: {
    200: json(user, 'The user'),
    ...problems('REQUEST_INVALID', 'USER_NOT_FOUND', 'STORE_UNAVAILABLE'),
  },
})

const readPosts = createRoute({
  method: 'get',
  path: '/v1/users/{id}/posts',
  operationId: 'getUserPosts',
  tags,
  summary: 'One user’s posts, newest first',
  security: OPTIONAL,
  request: { params: UserPath, query: PageQuery },
  responses: {
    200: json(pageOf(Post.openapi('Post')).openapi('PostPage'), 'A page of posts'),
    ...problems('REQUEST_INVALID', 'FEED_CURSOR_INVALID', 'USER_NOT_FOUND', 'STORE_UNAVAILABLE'),
  },
})

/** Who reads, and what the answer must contain. */
interface Reader {
  readonly viewer: UserId | undefined
  readonly token: Token | undefined
}

export interface UserRouteDeps {
  readonly changeUser: ReturnType<typeof changeUser>
  readonly readUser: (request: Reader & { readonly user: UserId }) => Promise<ReadAnswer>
  readonly readUserPosts: (
    request: Reader & PageQuery & { readonly user: UserId },
  ) => Promise<ReadAnswer>
  /** The JSON of `{ items: User[] }`. */
  readonly readUsers: (request: Reader & { readonly ids: readonly UserId[] }) => Promise<ReadAnswer>
}

const readerOf = (c: OriginContext): Reader => ({
  viewer: c.get('identity')?.user,
  token: tokenOfRequest(c),
})

/** `me` comes before `{id}`, which would refuse it as an id. */
export const userRoutes = (deps: UserRouteDeps) =>
  new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid })
    .openapi(readMe, async (c) => {
      const { user } = signedIn(c)
      return answerRead(c, await deps.readUser({ ...readerOf(c), user })) as never
    })
    .openapi(changeMe, async (c) => {
      const input = c.req.valid('json')
      const { facts, token } = await deps.changeUser(writeRequest(c, 'changeMe', input), input)
      giveToken(c, token)
      const { followers, following, posts } = facts.counts
      const counts = JSON.stringify({ followers, following, posts })
      return answerJson(c, splice(userJson(facts), `"counts":${counts}`), 200) as never
    })
    .openapi(batch, async (c) => {
      const { ids } = c.req.valid('json')
      return answerRead(c, await deps.readUsers({ ...readerOf(c), ids })) as never
    })
    .openapi(read, async (c) => {
      const { id } = c.req.valid('param')
      return answerRead(c, await deps.readUser({ ...readerOf(c), user: id })) as never
    })
    .openapi(readPosts, async (c) => {
      const { id } = c.req.valid('param')
      const request = { ...readerOf(c), ...c.req.valid('query'), user: id }
      return answerRead(c, await deps.readUserPosts(request)) as never
    })
