import type { OpenAPIHono } from '@hono/zod-openapi'
import { ADMIN_BODY_BYTES_MAX } from '../../shared/limits.ts'
import { frame, type FrameDeps } from '../http/app.ts'
import type { OriginEnv } from '../http/context.ts'
import { apiDocument } from '../http/document.ts'
import { documentRoutes } from '../http/routes/documents.ts'
import { healthRoutes, type HealthRouteDeps } from '../http/routes/health.ts'
import { operatorsOnly, signIn } from '../http/sign-in.ts'
import type { Metrics } from '../observe/metrics.ts'
import { deadLetterRoutes, type DeadLetterRouteDeps } from './routes/dead-letters.ts'
import { reportRoutes, type ReportRouteDeps } from './routes/reports.ts'
import { settingsRoutes, type SettingsRouteDeps } from './routes/settings.ts'
import { timelineRoutes, type TimelineRouteDeps } from './routes/timelines.ts'
import { provisionRoutes, type ProvisionRouteDeps } from './routes/users.ts'

export type AdminDeps = FrameDeps &
  HealthRouteDeps &
  DeadLetterRouteDeps &
  ProvisionRouteDeps &
  ReportRouteDeps &
  SettingsRouteDeps &
  TimelineRouteDeps & { readonly metrics: Pick<Metrics, 'exposition' | 'contentType'> }

/**
 * On a port of its own, for operators. Metrics need no token: they name no user, and who scrapes them has
 * none that lasts.
 */
export function adminApp(deps: AdminDeps): OpenAPIHono<OriginEnv> {
  const app = frame(deps, ADMIN_BODY_BYTES_MAX)
  const document = () =>
    apiDocument(app, {
      title: 'Headwater: administration',
      summary: 'For tokens with the scope operator.',
    })
  app.route('/', healthRoutes(deps))
  app.route('/', documentRoutes(document))
  app.get('/metrics', async (c) =>
    c.body(await deps.metrics.exposition(), 200, { 'content-type': deps.metrics.contentType }),
  )
  app.use('/admin/*', signIn(deps.authenticate), operatorsOnly)
  app.route('/', provisionRoutes(deps))
  app.route('/', settingsRoutes(deps))
  app.route('/', timelineRoutes(deps))
  app.route('/', deadLetterRoutes(deps))
  app.route('/', reportRoutes(deps))
  return app
}
