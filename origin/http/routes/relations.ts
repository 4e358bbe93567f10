import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { UserViewer } from '../../../shared/user.ts'
import type { RelationCommand } from '../../write/relations.ts'
import { giveToken } from '../consistency.ts'
import type { OriginEnv } from '../context.ts'
import { json, problems, REQUIRED, UserPath } from '../describe.ts'
import { writeRequest } from '../idempotency.ts'
import { refuseInvalid } from '../invalid-request.ts'

export interface RelationRouteDeps {
  readonly follow: RelationCommand
  readonly unfollow: RelationCommand
  readonly block: RelationCommand
  readonly unblock: RelationCommand
  readonly mute: RelationCommand
  readonly unmute: RelationCommand
}

const RelationAnswer = z.object({ viewer: UserViewer }).openapi('RelationAnswer')

const ROUTES: readonly {
  readonly method: 'put' | 'delete'
  readonly relation: string
  readonly command: keyof RelationRouteDeps
  readonly summary: string
}[] = [
  { method: 'put', relation: 'follow', command: 'follow', summary: 'Follow a user' },
  { method: 'delete', relation: 'follow', command: 'unfollow', summary: 'Follow no longer' },
  {
    method: 'put',
    relation: 'block',
    command: 'block',
    summary: 'Block a user, which ends the follows between the two',
  },
  { method: 'delete', relation: 'block', command: 'unblock', summary: 'Unblock a user' },
  { method: 'put', relation: 'mute', command: 'mute', summary: 'Keep a user out of one’s feed' },
  { method: 'delete', relation: 'mute', command: 'unmute', summary: 'Mute no longer' },
]

/** Repeatable, all of them, and each answers what then holds between the two. */
export function relationRoutes(deps: RelationRouteDeps) {
  const app = new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid })
  for (const { method, relation, command, summary } of ROUTES) {
    const route = createRoute({
      method,
      path: `/v1/users/{id}/${relation}` as '/v1/users/{id}/relation',
      operationId: command,
      tags: ['Relationships'],
      summary,
      security: REQUIRED,
      request: { params: UserPath },
      responses: {
        200: json(RelationAnswer, 'What now holds between the two'),
        ...problems(
          'REQUEST_INVALID',
          'AUTH_REQUIRED',
          'USER_NOT_FOUND',
          'FOLLOWS_LIMIT',
          'IDEMPOTENCY_KEY_REUSED',
          'RELATION_SELF',
          'STORE_UNAVAILABLE',
        ),
      },
    })
    app.openapi(route, async (c) => {
      const { id } = c.req.valid('param')
      const { facts, token } = await deps[command](writeRequest(c, command, id), id)
      giveToken(c, token)
      const { following, followedBy, blocking, muting } = facts
      return c.json({ viewer: { following, followedBy, blocking, muting } }, 200)
    })
  }
  return app
}
