import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { rfc3339 } from '../../../shared/time.ts'
import type { OriginEnv } from '../../http/context.ts'
import { json, PageQuery, pageOf, problems, REQUIRED } from '../../http/describe.ts'
import { refuseInvalid } from '../../http/invalid-request.ts'
import { pageCursor } from '../../http/page-cursor.ts'
import { signedIn } from '../../http/sign-in.ts'
import type { AuditLog } from '../../ports/audit-log.ts'
import type { DeadLetter, DeadLetters } from '../../ports/dead-letters.ts'

const tags = ['Dead letters']

const Letter = z
  .object({
    id: z.string(),
    group: z.string(),
    partition: z.number().int(),
    key: z.string(),
    /** As it lies in the log: what is no event of ours is what is buried most. */
    event: z.unknown(),
    error: z.string(),
    attempts: z.number().int(),
    createdAt: z.string(),
    replayedAt: z.string().nullable(),
  })
  .openapi('DeadLetter')

const list = createRoute({
  method: 'get',
  path: '/admin/v1/dead-letters',
  operationId: 'getDeadLetters',
  tags,
  summary: 'Events that a consumer group gave up on, oldest first',
  security: REQUIRED,
  request: { query: PageQuery.extend({ group: z.string().min(1).max(100).optional() }) },
  responses: {
    200: json(pageOf(Letter), 'A page of those that wait'),
    ...problems('REQUEST_INVALID', 'FEED_CURSOR_INVALID', 'AUTH_FORBIDDEN', 'STORE_UNAVAILABLE'),
  },
})

const replay = createRoute({
  method: 'post',
  path: '/admin/v1/dead-letters/{id}/replay',
  operationId: 'replayDeadLetter',
  tags,
  summary: 'Run one through its group’s handler again; repeatable',
  security: REQUIRED,
  request: { params: z.strictObject({ id: z.string().regex(/^[1-9]\d{0,17}$/) }) },
  responses: {
    200: json(Letter, 'It has been handled'),
    ...problems('EVENT_MALFORMED', 'DEAD_LETTER_NOT_FOUND'),
  },
})

export interface DeadLetterRouteDeps {
  readonly deadLetters: Pick<DeadLetters, 'list'>
  readonly replayDeadLetter: (id: string) => Promise<DeadLetter>
  readonly audit: Pick<AuditLog, 'record'>
}

export const deadLetterRoutes = (deps: DeadLetterRouteDeps) =>
  new OpenAPIHono<OriginEnv>({ defaultHook: refuseInvalid })
    .openapi(list, async (c) => {
      const { group, limit, cursor } = c.req.valid('query')
      const walk = pageCursor(`dead letters ${group ?? ''}`)
      const letters = await deps.deadLetters.list({
        group,
        after: walk.parse(cursor),
        limit: limit + 1,
      })
      const items = letters.slice(0, limit)
      const next = letters.length > limit ? items.at(-1)?.id : undefined
      return c.json({ items: items.map(letterAnswer), nextCursor: walk.format(next) }, 200)
    })
    .openapi(replay, async (c) => {
      const { id } = c.req.valid('param')
      const letter = await deps.replayDeadLetter(id)
      await deps.audit.record({
        actor: signedIn(c).user,
        action: 'dead-letter.replay',
        subject: id,
        detail: { group: letter.group, event: letter.event.event },
      })
      return c.json(letterAnswer(letter), 200)
    })

const letterAnswer = (letter: DeadLetter): z.infer<typeof Letter> => ({
  id: letter.id,
  group: letter.group,
  partition: letter.partition,
  key: letter.event.key,
  event: letter.event.event,
  error: letter.error,
  attempts: letter.attempts,
  createdAt: rfc3339(letter.createdAtMs),
  replayedAt: letter.replayedAtMs === undefined ? null : rfc3339(letter.replayedAtMs),
})
