import { remembering } from '../shared/auth/remember.ts'
import { tokenVerifier } from '../shared/auth/verify.ts'
import { AppError } from '../shared/errors.ts'
import type { Now } from '../shared/time.ts'
import { likeness, type Answer } from './answer.ts'
import type { Asked } from './asked.ts'
import type { Checks } from './cache/checks.ts'
import { memory } from './cache/memory.ts'
import type { EdgeConfig } from './config.ts'
import { hedgeBudget } from './l2/hedge-budget.ts'
import type { Region } from './l2/pipeline.ts'
import { regionReaders } from './l2/region-readers.ts'
import { findReader } from './middleware/find-reader.ts'
import { gateway } from './middleware/gateway.ts'
import { preflight } from './middleware/preflight.ts'
import type { Report } from './middleware/problems.ts'
import type { RateLimiter } from './middleware/rate-limit.ts'
import { forwardedTokens } from './origin/forwarded-tokens.ts'
import { originClient, type Fetch } from './origin/origin-client.ts'
import { forward } from './routes/forward.ts'
import { readRoutes } from './routes/reads.ts'
import { router, type Edge } from './routes/router.ts'
import type { After, Later } from './single-flight.ts'
import { viewersOf } from './viewers.ts'

export interface EdgeDeps {
  readonly originUrl: string
  readonly regions: readonly Region[]
  readonly auth: EdgeConfig['auth']
  readonly limiter: RateLimiter | undefined
  readonly fetch: Fetch
  /** Elapsed time in this isolate. It is compared with nothing but itself, and with the expiry of tokens. */
  readonly now: Now
  readonly newId: () => string
  readonly after: After
  readonly checks: Checks
  readonly report: Report
  /** Absent in a Worker, where each request has its own `waitUntil`. */
  readonly later?: Later
}

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE']

/** One isolate's edge: who is it, how often, then the reads that it answers, and the rest for the origin. */
export function edgeApp(deps: EdgeDeps): Edge {
  const { now, checks } = deps
  const l1 = memory({ checks, now })
  const regions = regionReaders(deps, l1)
  const forwarded = forwardedTokens(now)
  const viewers = viewersOf(deps.auth.subject, (mismatch) => deps.report(mismatch, 'configuration'))
  const origin = originClient({ url: deps.originUrl, fetch: deps.fetch, now })
  const { open, read, signedIn } = gateway({
    verify: remembering(tokenVerifier({ ...deps.auth, now }), now),
    limiter: deps.limiter,
    findReader: findReader({ regions, forwarded, viewers }),
    forward: forward({ origin, forwarded, viewers, memory: l1 }),
    newId: deps.newId,
    report: deps.report,
    later: deps.later,
  })
  const toOrigin = (asked: Asked) => asked.toOrigin()

  return router(
    [
      { method: 'OPTIONS', path: '*', handler: open(preflight) },
      { method: 'GET', path: '/healthz', handler: open(healthy) },
      ...readRoutes(
        { read, signedIn },
        { memory: l1, checks, now, hedging: { budget: hedgeBudget(), after: deps.after } },
      ),
      // A read, though its ids need a body: like other profiles it is for everyone.
      { method: 'POST', path: '/v1/users/batch', handler: read(toOrigin) },
      ...WRITES.map((method) => ({ method, path: '/v1/*', handler: signedIn(toOrigin) })),
    ],
    read((asked) => (isForOrigin(asked.path) ? asked.toOrigin() : nowhere())),
  )
}

const JSON_LIKE = likeness({ 'content-type': 'application/json' })

const healthy = (): Answer => ({
  status: 200,
  like: JSON_LIKE,
  headers: {},
  body: '{"status":"ok"}',
})

const isForOrigin = (path: string): boolean => /^\/(?:v1\/|docs(?:\/|$)|openapi\.json$)/.test(path)

const nowhere = () => Promise.reject(new AppError('NOT_FOUND', 'no route'))
