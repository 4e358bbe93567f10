import { checks } from '../../../edge/cache/checks.ts'
import { edgeApp } from '../../../edge/app.ts'
import type { Pipeline } from '../../../edge/l2/pipeline.ts'
import type { Fetch } from '../../../edge/origin/origin-client.ts'
import type { RedisNodes } from '../../../origin/adapters/redis/connection.ts'
import { sendAll } from '../../../origin/adapters/redis/pipeline.ts'

export const AUTH = {
  secret: 'a-secret-of-32-bytes-for-tests-only',
  issuer: 'headwater',
  audience: 'headwater',
} as const

/** The edge's own code in this process. */
export interface EdgeIsolate {
  fetch(request: Request): Promise<Response>
  settle(): Promise<void>
}

export interface EdgeDeps {
  readonly nodes: RedisNodes
  readonly toOrigin: Fetch
  readonly now: () => number
  readonly newId: () => string
  readonly onFailure: (error: unknown) => void
}

export function edgeIsolate({ nodes, toOrigin, now, newId, onFailure }: EdgeDeps): EdgeIsolate {
  const left = new Set<Promise<unknown>>()
  const pipeline: Pipeline = (commands) => sendAll(nodes, commands)
  const app = edgeApp({
    originUrl: 'http://origin.test',
    regions: [{ name: 'here', latitude: 0, longitude: 0, pipeline }],
    auth: { ...AUTH, jwksUrl: undefined, subject: 'userId' },
    limiter: undefined,
    fetch: toOrigin,
    now,
    newId,
    // One region: there is nobody to ask a second time.
    after: () => () => undefined,
    checks,
    report: onFailure,
    later: (work) => void left.add(work.finally(() => left.delete(work))),
  })
  return {
    fetch: async (request) => app.fetch(request),
    async settle() {
      await Promise.allSettled(left)
    },
  }
}
