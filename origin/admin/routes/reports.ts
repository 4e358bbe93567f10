import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { rfc3339 } from '../../../shared/time.ts'
import type { OriginEnv } from '../../http/context.ts'
import { json, PageQuery, pageOf, problems, REQUIRED } from '../../http/describe.ts'
import { refuseInvalid } from '../../http/invalid-request.ts'
import { pageCursor } from '../../http/page-cursor.ts'
import type { AuditLog } from '../../ports/audit-log.ts'
import type { StatsReader } from '../../ports/stats.ts'

const tags = ['Reports']

const AuditEntry = z
  .object({
    id: z.string(),
    at: z.string(),
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    detail: z.unknown(),
  })
  .openapi('AuditEntry')

const Stats = z
  .object({
    epoch: z.number().int(),
    users: z.number(),
    posts: z.number(),
    follows: z.number(),
    outboxEvents: z.number(),
    deadLettersWaiting: z.number().int(),
    newestTick: z.object({ n: z.string(), ageMs: z.number() }).nullable(),
    groups: z.array(z.object({ group: z.string(), lagMs: z.number() })),
  })
  .openapi('Stats')

const readAudit = createRoute({
  method: 'get',
  path: '/admin/v1/audit',
  operationId: 'getAudit',
  tags,
  summary: 'Who changed what, newest first',
  security: REQUIRED,
  request: { query: PageQuery },
  responses: {
    200: json(pageOf(AuditEntry), 'A page of entries'),
    ...problems('REQUEST_INVALID', 'FEED_CURSOR_INVALID', 'AUTH_FORBIDDEN', 'STORE_UNAVAILABLE'),
  },
})

const readStats = createRoute({
  method: 'get',
  path: '/admin/v1/stats',
  operationId: 'getStats',
  tags,
  summary: 'Sizes (estimated), lags and what waits',
  security: REQUIRED,
  responses: {
    200: json(Stats, 'The figures'),
    ...problems('AUTH_FORBIDDEN', 'STORE_UNAVAILABLE'),
  },
})

export interface ReportRouteDeps {
  readonly audit: Pick<AuditLog, 'list'>
  readonly stats: StatsReader
}

export const reportRoutes = ({ audit, stats }: ReportRouteDeps) =>
  new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid })
    .openapi(readAudit, async (c) => {
      const { limit, cursor } = c.req.valid('query')
      const walk = pageCursor('audit')
      const { items, next } = await audit.list({ before: walk.parse(cursor), limit })
      const entries = items.map(({ atMs, ...entry }) => ({ ...entry, at: rfc3339(atMs) }))
      return c.json({ items: entries, nextCursor: walk.format(next) }, 200)
    })
    .openapi(readStats, async (c) => {
      const { groups, ...figures } = await stats.read()
      return c.json({ ...figures, groups: [...groups] }, 200)
    })
