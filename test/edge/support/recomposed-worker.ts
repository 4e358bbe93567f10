import { edgeApp } from '../../../edge/app.ts'
import { checks, type Checks } from '../../../edge/cache/checks.ts'
import { compose, type Bindings } from '../../../edge/compose.ts'
import type { Recomposition } from './recomposition.ts'

/** Each leaves out one guard and nothing else. */
const withoutGuard = {
  token: { tokenHolds: () => true },
  version: { versionHolds: () => true },
  lease: { leaseOf: (own, earlier) => own ?? earlier, leaseStands: () => true },
  poll: { pollIsDue: () => false },
} as const satisfies Record<NonNullable<Recomposition['without']>, Partial<Checks>>

let app: ReturnType<typeof edgeApp> | undefined
let aheadMs = 0

/** The Worker, and one request more: `PUT /v1/recomposition`. A clock is moved under what the isolate holds. */
export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === '/v1/recomposition') {
      const { without, clockAheadMs } = await request.json<Recomposition>()
      if (clockAheadMs === undefined) app = recomposed(env, without)
      else aheadMs = clockAheadMs
      return new Response(null, { status: 204 })
    }
    app ??= recomposed(env, undefined)
    return app.fetch(request, env, ctx)
  },
} satisfies ExportedHandler<Bindings>

function recomposed(env: Bindings, without: Recomposition['without']) {
  const deps = compose(env)
  return edgeApp({
    ...deps,
    now: () => deps.now() + aheadMs,
    checks: { ...checks, ...(without === undefined ? {} : withoutGuard[without]) },
  })
}
