import { edgeApp, type EdgeDeps } from './app.ts'
import { checks } from './cache/checks.ts'
import { readEdgeConfig } from './config.ts'
import { L2_DEADLINE_MS } from '../shared/limits.ts'
import { upstashPipeline } from './l2/upstash.ts'
import { problemResponse } from './middleware/problems.ts'
import { logProblem } from './observe/log-problem.ts'

/** What wrangler binds: the texts are checked by `readEdgeConfig`. */
interface Bindings {
  readonly RATE_LIMIT?: RateLimit
}

/** One an isolate: its caches live as long as it does. */
let app: ReturnType<typeof edgeApp> | undefined

export default {
  fetch(request, env, ctx) {
    try {
      app ??= edgeApp(depsOf(env))
    } catch (error) {
      // A wrong configuration must not look like somebody's page to a cache.
      const requestId = crypto.randomUUID()
      logProblem(error, requestId)
      return problemResponse(error, requestId)
    }
    return app.fetch(request, env, ctx)
  },
} satisfies ExportedHandler<Bindings>

function depsOf(env: Bindings): EdgeDeps {
  const config = readEdgeConfig(env)
  return {
    originUrl: config.originUrl,
    regions: config.regions.map(({ url, ...region }) => ({
      ...region,
      pipeline: upstashPipeline({ url, token: config.l2Token, deadlineMs: L2_DEADLINE_MS }),
    })),
    auth: config.auth,
    limiter: env.RATE_LIMIT,
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    checks,
    report: logProblem,
  }
}
