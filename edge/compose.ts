import type { EdgeDeps } from './app.ts'
import { checks } from './cache/checks.ts'
import { readEdgeConfig } from './config.ts'
import { L2_DEADLINE_MS } from '../shared/limits.ts'
import { upstashPipeline } from './l2/upstash.ts'
import { logProblem } from './observe/log-problem.ts'

/** What wrangler binds: the texts are checked by `readEdgeConfig`. */
export interface Bindings {
  readonly RATE_LIMIT?: RateLimit
}

/** What an isolate works with. Tests run the same Worker with one of these replaced. */
export function compose(env: Bindings): EdgeDeps {
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
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
    checks,
    report: logProblem,
  }
}
