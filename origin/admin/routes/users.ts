import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { ProvisionUsers } from '../../../shared/user.ts'
import { giveToken } from '../../http/consistency.ts'
import type { OriginEnv } from '../../http/context.ts'
import { json, jsonBody, problems, REQUIRED } from '../../http/describe.ts'
import { writeRequest } from '../../http/idempotency.ts'
import { refuseInvalid } from '../../http/invalid-request.ts'
import type { provisionUsers } from '../../write/provision-users.ts'

const ProvisionedUser = z
  .object({
    id: z.string(),
    handle: z.string(),
    name: z.string(),
    externalId: z.string().nullable(),
    /** False: its external id was known, and nothing changed. */
    created: z.boolean(),
  })
  .openapi('ProvisionedUser')

const provision = createRoute({
  method: 'post',
  path: '/admin/v1/users',
  operationId: 'provisionUsers',
  tags: ['Users'],
  summary: 'Make up to 1,000 users, all or none',
  security: REQUIRED,
  request: { body: jsonBody(ProvisionUsers) },
  responses: {
    200: json(z.object({ users: z.array(ProvisionedUser) }), 'In the order of the request'),
    ...problems('REQUEST_INVALID', 'AUTH_FORBIDDEN', 'HANDLE_TAKEN', 'IDEMPOTENCY_KEY_REUSED'),
  },
})

export interface ProvisionRouteDeps {
  readonly provisionUsers: ReturnType<typeof provisionUsers>
}

export const provisionRoutes = (deps: ProvisionRouteDeps) =>
  new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid }).openapi(provision, async (c) => {
    const input = c.req.valid('json')
    const request = writeRequest(c, 'provisionUsers', input)
    const { facts, token } = await deps.provisionUsers(request, input)
    giveToken(c, token)
    const users = facts.map(({ id, handle, name, externalId, created }) => ({
      id,
      handle,
      name,
      externalId,
      created,
    }))
    return c.json({ users }, 200)
  })
