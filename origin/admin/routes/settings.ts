import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { SettingChanges, SettingsAnswer } from '../../../shared/admin/settings.ts'
import type { OriginEnv } from '../../http/context.ts'
import { json, jsonBody, problems, REQUIRED } from '../../http/describe.ts'
import { refuseInvalid } from '../../http/invalid-request.ts'
import { signedIn } from '../../http/sign-in.ts'
import type { LiveSettings } from '../../settings/live-settings.ts'

const answer = SettingsAnswer.openapi('Settings')

const read = createRoute({
  method: 'get',
  path: '/admin/v1/settings',
  operationId: 'getSettings',
  tags: ['Settings'],
  summary: 'What holds now, and the version of each setting',
  security: REQUIRED,
  responses: {
    200: json(answer, 'The settings'),
    ...problems('AUTH_FORBIDDEN', 'STORE_UNAVAILABLE'),
  },
})

const change = createRoute({
  method: 'put',
  path: '/admin/v1/settings',
  operationId: 'changeSettings',
  tags: ['Settings'],
  summary: 'Change settings, all or none; effective in every process within two seconds',
  description:
    'Each change may name the version that the operator has seen: if the setting has another by now, ' +
    'nothing is changed. Every change is in the audit log.',
  security: REQUIRED,
  request: { body: jsonBody(SettingChanges) },
  responses: {
    200: json(answer, 'The settings after the change'),
    ...problems('REQUEST_INVALID', 'AUTH_FORBIDDEN', 'SETTING_CONFLICT', 'STORE_UNAVAILABLE'),
  },
})

export interface SettingsRouteDeps {
  readonly settings: Pick<LiveSettings, 'read' | 'change'>
}

export const settingsRoutes = ({ settings }: SettingsRouteDeps) =>
  new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid })
    .openapi(read, async (c) => c.json(await settings.read(), 200))
    .openapi(change, async (c) =>
      c.json(await settings.change(signedIn(c).user, c.req.valid('json')), 200),
    )
