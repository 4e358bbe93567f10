import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { PostIdSchema, UserIdSchema, type PostId, type UserId } from '../../../shared/ids.ts'
import type { OriginEnv } from '../../http/context.ts'
import { json, problems, REQUIRED } from '../../http/describe.ts'
import { refuseInvalid } from '../../http/invalid-request.ts'
import { signedIn } from '../../http/sign-in.ts'
import type { AuditLog } from '../../ports/audit-log.ts'

const tags = ['Timelines']
const Viewer = z.strictObject({ viewer: UserIdSchema })
const answer = z.looseObject({})

const rebuild = createRoute({
  method: 'post',
  path: '/admin/v1/timelines/{viewer}/rebuild',
  operationId: 'rebuildTimeline',
  tags,
  summary: 'Drop one viewer’s timeline and warm it from Postgres',
  security: REQUIRED,
  request: { params: Viewer },
  responses: {
    200: json(answer, 'What was done'),
    ...problems('AUTH_FORBIDDEN', 'USER_NOT_FOUND', 'STORE_UNAVAILABLE'),
  },
})

const verify = createRoute({
  method: 'post',
  path: '/admin/v1/timelines/{viewer}/verify',
  operationId: 'verifyTimeline',
  tags,
  summary: 'Compare one viewer’s timeline with Postgres, and explain each difference',
  security: REQUIRED,
  request: { params: Viewer },
  responses: {
    200: json(answer, 'The differences'),
    ...problems('AUTH_FORBIDDEN', 'USER_NOT_FOUND', 'STORE_UNAVAILABLE'),
  },
})

const explain = createRoute({
  method: 'get',
  path: '/admin/v1/explain',
  operationId: 'explain',
  tags,
  summary: 'Why a post is, or is not, on a viewer’s page',
  security: REQUIRED,
  request: { query: z.strictObject({ viewer: UserIdSchema, post: PostIdSchema }) },
  responses: {
    200: json(answer, 'Source, filters, score terms and layer'),
    ...problems(
      'REQUEST_INVALID',
      'AUTH_FORBIDDEN',
      'USER_NOT_FOUND',
      'POST_NOT_FOUND',
      'STORE_UNAVAILABLE',
    ),
  },
})

export interface TimelineRouteDeps {
  readonly rebuildTimeline: (viewer: UserId) => Promise<object>
  readonly verifyTimeline: (viewer: UserId) => Promise<object>
  readonly explain: (viewer: UserId, post: PostId) => Promise<object>
  readonly audit: Pick<AuditLog, 'record'>
}

export const timelineRoutes = (deps: TimelineRouteDeps) =>
  new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid })
    .openapi(rebuild, async (c) => {
      const { viewer } = c.req.valid('param')
      const done = await deps.rebuildTimeline(viewer)
      await deps.audit.record({
        actor: signedIn(c).user,
        action: 'timeline.rebuild',
        subject: viewer,
        detail: done,
      })
      return c.json({ ...done }, 200)
    })
    .openapi(verify, async (c) =>
      c.json({ ...(await deps.verifyTimeline(c.req.valid('param').viewer)) }, 200),
    )
    .openapi(explain, async (c) => {
      const { viewer, post } = c.req.valid('query')
      return c.json({ ...(await deps.explain(viewer, post)) }, 200)
    })
