import { createMiddleware } from 'hono/factory'
import { HEADERS } from '../../shared/headers.ts'
import { setHeader } from './answer.ts'
import type { OriginEnv } from './context.ts'

const OURS = /^[0-9A-Za-z_-]{8,64}$/

/** The edge's own id goes on, so that one request has one name in every log; anything else is replaced. */
export const requestId = (newId: () => string) =>
  createMiddleware<OriginEnv>((c, next) => {
    const given = c.req.header(HEADERS.requestId)
    const id = given !== undefined && OURS.test(given) ? given : newId()
    c.set('requestId', id)
    setHeader(c, HEADERS.requestId, id)
    return next()
  })
