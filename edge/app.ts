import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { remembering } from '../shared/auth/remember.ts'
import { tokenVerifier } from '../shared/auth/verify.ts'
import { HEADERS } from '../shared/headers.ts'
import type { Now } from '../shared/time.ts'
import type { Checks } from './cache/checks.ts'
import { memory } from './cache/memory.ts'
import type { EdgeConfig } from './config.ts'
import type { EdgeEnv } from './edge-env.ts'
import type { Region } from './l2/pipeline.ts'
import { regionReader } from './l2/region-reader.ts'
import { authenticate, signedIn } from './middleware/authenticate.ts'
import { findReader } from './middleware/find-reader.ts'
import { problems, type Report } from './middleware/problems.ts'
import { rateLimit, type RateLimiter } from './middleware/rate-limit.ts'
import { requestId } from './middleware/request-id.ts'
import { responseHeaders } from './middleware/response-headers.ts'
import { forwardedTokens } from './origin/forwarded-tokens.ts'
import { originClient, type Fetch } from './origin/origin-client.ts'
import { forward } from './routes/forward.ts'
import { readRoutes } from './routes/reads.ts'
import type { Later } from './single-flight.ts'
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
  readonly checks: Checks
  readonly report: Report
  /** Absent in a Worker, where each request has its own `waitUntil`. */
  readonly later?: Later
}

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE']
const OUR_HEADERS = [
  HEADERS.token,
  HEADERS.completeness,
  HEADERS.servedBy,
  HEADERS.requestId,
  HEADERS.serverTiming,
  HEADERS.retryAfter,
  'ETag',
  'RateLimit',
  'RateLimit-Policy',
]

/** One isolate's edge: who is it, how often, then the reads that it answers, and the rest for the origin. */
export function edgeApp(deps: EdgeDeps): Hono<EdgeEnv> {
  const { now, checks } = deps
  const l1 = memory({ checks, now })
  const regions = deps.regions.map((region) => ({
    ...regionReader(region, {
      memory: l1,
      now,
      report: (error) => deps.report(error, `region ${region.name}`),
    }),
    latitude: region.latitude,
    longitude: region.longitude,
  }))
  const forwarded = forwardedTokens(now)
  const viewers = viewersOf(deps.auth.subject)
  const origin = originClient({ url: deps.originUrl, fetch: deps.fetch, now })
  const toOrigin = forward({ origin, forwarded, viewers, memory: l1 })
  const failures = problems(deps.report)

  const app = new Hono<EdgeEnv>()
  app.onError((error, c) => failures.onError(error, c))
  app.notFound((c) => failures.notFound(c))
  app.use(responseHeaders)
  app.use(requestId(deps.newId))
  app.use(async (c, next) => {
    c.set('later', deps.later ?? ((work) => c.executionCtx.waitUntil(work)))
    await next()
  })
  // Bearer tokens are no cookies: a foreign page can send only what it was given.
  app.use(cors({ origin: '*', exposeHeaders: OUR_HEADERS, maxAge: 86_400 }))
  app.get('/healthz', (c) => c.json({ status: 'ok' }))

  app.use(authenticate(remembering(tokenVerifier({ ...deps.auth, now }), now)))
  app.use(rateLimit(deps.limiter))
  app.use(findReader({ regions, forwarded, viewers }))
  // A read, though its ids need a body: like other profiles it is for everyone.
  app.post('/v1/users/batch', (c) => toOrigin(c))
  app.on(WRITES, '/v1/*', signedIn)
  app.route('/', readRoutes({ memory: l1, checks, now, forward: toOrigin }))
  app.all('/v1/*', (c) => toOrigin(c))
  app.on('GET', ['/openapi.json', '/docs', '/docs/*'], (c) => toOrigin(c))
  return app
}
