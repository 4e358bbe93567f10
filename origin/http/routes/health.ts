import { Hono } from 'hono'
import { AppError } from '../../../shared/errors.ts'
import type { OriginEnv } from '../context.ts'

export interface HealthRouteDeps {
  /** What this process still waits for before it can serve; empty: ready. */
  readonly notReady: () => readonly string[]
}

/** Alive: the process answers. Ready: it should be sent traffic. */
export const healthRoutes = ({ notReady }: HealthRouteDeps) =>
  new Hono<OriginEnv>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', (c) => {
      const waiting = notReady()
      if (waiting.length > 0) throw new AppError('STORE_UNAVAILABLE', waiting.join(', '))
      return c.json({ status: 'ready' })
    })
