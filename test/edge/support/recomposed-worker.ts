import { edgeApp } from '../../../edge/app.ts'
import { checks, type Checks } from '../../../edge/cache/checks.ts'
import { compose, type Bindings } from '../../../edge/compose.ts'

/** What a test changes of the real Worker. */
export interface Recomposition {
  /** The guard that is left out. */
  readonly without?: keyof typeof withoutGuard
  /** How far this isolate's clock is ahead of the others'. */
  readonly clockAheadMs?: number
}

/** Each leaves out one guard and nothing else. */
const withoutGuard = {
  token: { tokenHolds: () => true },
  version: { versionHolds: () => true },
  lease: { leaseOf: (own, earlier) => own ?? earlier, leaseStands: () => true },
  poll: { pollIsDue: () => false },
} as const satisfies Record<string, Partial<Checks>>

let app: ReturnType<typeof edgeApp> | undefined

/** The Worker, and one request more: `PUT /v1/recomposition` makes the isolate begin anew, changed. */
export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === '/v1/recomposition') {
      app = recomposed(env, await request.json<Recomposition>())
      return new Response(null, { status: 204 })
    }
    app ??= recomposed(env, {})
    return app.fetch(request, env, ctx)
  },
} satisfies ExportedHandler<Bindings>

function recomposed(env: Bindings, { without, clockAheadMs = 0 }: Recomposition) {
  const deps = compose(env)
  return edgeApp({
    ...deps,
    now: () => deps.now() + clockAheadMs,
    checks: { ...checks, ...(without === undefined ? {} : withoutGuard[without]) },
  })
}
