import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { CreatePost, EditPost, Post } from '../../../shared/post.ts'
import { rfc3339 } from '../../../shared/time.ts'
import { postJson } from '../../fragments/post-json.ts'
import type { People } from '../../ports/people.ts'
import type { createPost } from '../../write/create-post.ts'
import type { deletePost } from '../../write/delete-post.ts'
import type { editPost } from '../../write/edit-post.ts'
import { giveToken, tokenOfRequest } from '../consistency.ts'
import type { OriginEnv } from '../context.ts'
import {
  json,
  jsonBody,
  OPTIONAL,
  PageQuery,
  pageOf,
  PostPath,
  problems,
  REQUIRED,
} from '../describe.ts'
import { writeRequest } from '../idempotency.ts'
import { refuseInvalid } from '../invalid-request.ts'
import { pageCursor } from '../page-cursor.ts'
import { answer, answerJson, setHeader } from '../answer.ts'
import { answerRead, type ReadAnswer } from '../read-answer.ts'

const tags = ['Posts']
const post = Post.openapi('Post')
const REFUSED = [
  'REQUEST_INVALID',
  'BODY_MALFORMED',
  'AUTH_REQUIRED',
  'AUTH_TOKEN_INVALID',
  'IDEMPOTENCY_KEY_REUSED',
  'BODY_TOO_LARGE',
  'CONTENT_TYPE_UNSUPPORTED',
  'STORE_UNAVAILABLE',
] as const

const create = createRoute({
  method: 'post',
  path: '/v1/posts',
  operationId: 'createPost',
  tags,
  summary: 'Publish a post',
  security: REQUIRED,
  request: { body: jsonBody(CreatePost) },
  responses: { 201: json(post, 'The post'), ...problems(...REFUSED) },
})

const read = createRoute({
  method: 'get',
  path: '/v1/posts/{id}',
  operationId: 'getPost',
  tags,
  summary: 'One post',
  security: OPTIONAL,
  request: { params: PostPath },
  responses: {
    200: json(post, 'The post'),
    ...problems('REQUEST_INVALID', 'POST_NOT_FOUND', 'STORE_UNAVAILABLE'),
  },
})

const edit = createRoute({
  method: 'put',
  path: '/v1/posts/{id}',
  operationId: 'editPost',
  tags,
  summary: 'Replace the text of one’s own post',
  security: REQUIRED,
  request: { params: PostPath, body: jsonBody(EditPost) },
  responses: {
    200: json(post, 'The post'),
    ...problems(...REFUSED, 'AUTH_FORBIDDEN', 'POST_NOT_FOUND'),
  },
})

const remove = createRoute({
  method: 'delete',
  path: '/v1/posts/{id}',
  operationId: 'deletePost',
  tags,
  summary: 'Delete one’s own post',
  security: REQUIRED,
  request: { params: PostPath },
  responses: {
    204: { description: 'It is gone; also when it was before' },
    ...problems('AUTH_FORBIDDEN', 'POST_NOT_FOUND', 'IDEMPOTENCY_KEY_REUSED'),
  },
})

const PostEdit = z.object({ version: z.number().int(), text: z.string(), replacedAt: z.string() })

const edits = createRoute({
  method: 'get',
  path: '/v1/posts/{id}/edits',
  operationId: 'getPostEdits',
  tags,
  summary: 'What a post said before each edit, newest first',
  security: OPTIONAL,
  request: { params: PostPath, query: PageQuery },
  responses: {
    200: json(pageOf(PostEdit.openapi('PostEdit')).openapi('PostEditPage'), 'A page of texts'),
    ...problems('REQUEST_INVALID', 'FEED_CURSOR_INVALID', 'POST_NOT_FOUND', 'STORE_UNAVAILABLE'),
  },
})

export interface PostRouteDeps {
  readonly createPost: ReturnType<typeof createPost>
  readonly editPost: ReturnType<typeof editPost>
  readonly deletePost: ReturnType<typeof deletePost>
  readonly readPost: (request: {
    readonly viewer: UserId | undefined
    readonly post: PostId
    readonly token: Token | undefined
  }) => Promise<ReadAnswer>
  readonly people: Pick<People, 'edits'>
}

export const postRoutes = (deps: PostRouteDeps) =>
  new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid })
    .openapi(create, async (c) => {
      const input = c.req.valid('json')
      const { facts, token } = await deps.createPost(writeRequest(c, 'createPost', input), input)
      giveToken(c, token)
      setHeader(c, 'location', `/v1/posts/${facts.id}`)
      return answerJson(c, postJson(facts), 201) as never
    })
    .openapi(read, async (c) => {
      const viewer = c.get('identity')?.user
      const request = { viewer, post: c.req.valid('param').id, token: tokenOfRequest(c) }
      return answerRead(c, await deps.readPost(request)) as never
    })
    .openapi(edit, async (c) => {
      const { id } = c.req.valid('param')
      const input = c.req.valid('json')
      const request = writeRequest(c, 'editPost', [id, input])
      const { facts, token } = await deps.editPost(request, id, input)
      giveToken(c, token)
      return answerJson(c, postJson(facts), 200) as never
    })
    .openapi(remove, async (c) => {
      const { id } = c.req.valid('param')
      const { token } = await deps.deletePost(writeRequest(c, 'deletePost', id), id)
      giveToken(c, token)
      return answer(c, null, 204) as never
    })
    .openapi(edits, async (c) => {
      const { id } = c.req.valid('param')
      const { limit, cursor } = c.req.valid('query')
      const viewer = c.get('identity')?.user
      const walk = pageCursor(`edits ${id}`)
      const page = await deps.people.edits(viewer, id, { before: walk.parse(cursor), limit })
      return c.json(
        {
          items: page.items.map(({ version, text, replacedAtMs }) => ({
            version,
            text,
            replacedAt: rfc3339(replacedAtMs),
          })),
          nextCursor: walk.format(page.next),
        },
        200,
      )
    })
