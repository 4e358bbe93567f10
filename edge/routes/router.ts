import { RegExpRouter } from 'hono/router/reg-exp-router'
import { getPath } from 'hono/utils/url'

/** A request as it came, and where it goes. */
export interface Arrival {
  readonly request: Request
  readonly path: string
  /** The `:id` of the route; empty where it has none. */
  readonly id: string
  /** Absent outside of a Worker. */
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined
}

export type Handler = (arrival: Arrival) => Promise<Response>

export interface Route {
  readonly method: string
  readonly path: string
  readonly handler: Handler
}

/** What a Worker exports. */
export interface Edge {
  fetch(
    request: Request,
    env?: unknown,
    context?: { waitUntil(work: Promise<unknown>): void },
  ): Promise<Response>
}

/**
 * Hono's router and nothing else of it: each request has one handler here, which makes one response, and
 * what hono keeps of a request for chains of them costs as much as a read from L1. The first route wins.
 */
export function router(routes: readonly Route[], otherwise: Handler): Edge {
  const paths = new RegExpRouter<Handler>()
  for (const { method, path, handler } of routes) paths.add(method, path, handler)

  function handle(method: string, request: Request, waitUntil: Arrival['waitUntil']) {
    const path = getPath(request)
    const [handlers, values] = paths.match(method, path)
    const [first] = handlers
    if (first === undefined) return otherwise({ request, path, id: '', waitUntil })
    const [handler, params] = first
    const at = params['id']
    const id = typeof at === 'number' ? values?.[at] : at
    return handler({ request, path, id: id ?? '', waitUntil })
  }

  return {
    async fetch(request, _env, context) {
      const waitUntil = context && ((work: Promise<unknown>) => context.waitUntil(work))
      const { method } = request
      if (method !== 'HEAD') return handle(method, request, waitUntil)
      // The same answer, and none of its body.
      return new Response(null, await handle('GET', request, waitUntil))
    },
  }
}
