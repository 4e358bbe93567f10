import { OpenAPIHono } from '@hono/zod-openapi'
import { REQUEST_BODY_BYTES_MAX } from '../../shared/limits.ts'
import type { Now } from '../../shared/time.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import { answerHeaders } from './answer.ts'
import type { OriginEnv } from './context.ts'
import { apiDocument } from './document.ts'
import { refuseInvalid } from './invalid-request.ts'
import { observeRequests, type RequestSeen } from './observe-requests.ts'
import { answerProblems } from './problems.ts'
import { jsonBodies } from './request-body.ts'
import { requestId } from './request-id.ts'
import { documentRoutes } from './routes/documents.ts'
import { feedRoutes, type FeedRouteDeps } from './routes/feed.ts'
import { healthRoutes, type HealthRouteDeps } from './routes/health.ts'
import { peopleRoutes, type PeopleRouteDeps } from './routes/people.ts'
import { postRoutes, type PostRouteDeps } from './routes/posts.ts'
import { relationRoutes, type RelationRouteDeps } from './routes/relations.ts'
import { userRoutes, type UserRouteDeps } from './routes/users.ts'
import { signIn } from './sign-in.ts'

export interface FrameDeps {
  readonly authenticate: Authenticate
  readonly now: Now
  readonly newRequestId: () => string
  readonly requestSeen: (request: RequestSeen) => void
  /** A failure that is ours: it is answered as INTERNAL, and somebody must look. */
  readonly onUnexpected: (error: unknown) => void
}

export type AppDeps = FrameDeps &
  FeedRouteDeps &
  HealthRouteDeps &
  PeopleRouteDeps &
  PostRouteDeps &
  RelationRouteDeps &
  UserRouteDeps

/** What stands around every route, of clients and of operators. */
export function frame(deps: FrameDeps, bodyBytesMax: number): OpenAPIHono<OriginEnv> {
  const app = new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid })
  app.use(answerHeaders(deps.now))
  app.use(requestId(deps.newRequestId))
  app.use(observeRequests(deps.requestSeen))
  app.use(jsonBodies(bodyBytesMax))
  answerProblems(app, deps.onUnexpected)
  return app
}

/** The whole of `/v1`, as the origin answers it. */
export function originApp(deps: AppDeps): OpenAPIHono<OriginEnv> {
  const app = frame(deps, REQUEST_BODY_BYTES_MAX)
  const document = () =>
    apiDocument(app, { title: 'Headwater', summary: 'A personalised home feed. Version 1.' })
  app.route('/', healthRoutes(deps))
  app.route('/', documentRoutes(document))
  app.use('/v1/*', signIn(deps.authenticate))
  app.route('/', feedRoutes(deps))
  app.route('/', postRoutes(deps))
  app.route('/', peopleRoutes(deps))
  app.route('/', relationRoutes(deps))
  app.route('/', userRoutes(deps))
  return app
}
