import { AppError } from '../../shared/errors.ts'
import type { Completeness } from '../../shared/feed/page.ts'
import type { Horizon } from '../../shared/horizon.ts'
import { NotAtEdge, type Reason } from '../not-at-edge.ts'

/** What the edge can say by itself. */
export interface EdgeAnswer {
  readonly status: 200
  readonly body: Uint8Array<ArrayBuffer>
  readonly asOf: Horizon | undefined
  readonly completeness: Completeness
  readonly cacheControl: string
  /** Of public answers; those to one reader are kept nowhere. */
  readonly etag?: string | undefined
  /** False: the origin is asked, and this is served only where it does not answer. */
  readonly whole: boolean
  /** Why not. */
  readonly reason: Reason
  /** Of what L1 kept for the worst case, whatever was tried before. */
  readonly servedBy?: 'l1'
}

export interface Ways {
  /** Throws NotAtEdge where only the origin can tell. */
  readonly edge: () => Promise<EdgeAnswer>
  readonly origin: (reason: Reason) => Promise<Response>
  /** The last resort, older than it should be. */
  readonly stale: () => EdgeAnswer | undefined
  readonly respond: (answer: EdgeAnswer) => Response
}

/** The ladder of every read at the edge: itself, the origin, what is left. */
export async function edgeOrOrigin({ edge, origin, stale, respond }: Ways): Promise<Response> {
  const own = await edge().catch(asReason)
  if (typeof own !== 'string' && own.whole) return respond(own)

  const reason = typeof own === 'string' ? own : own.reason
  const left = typeof own === 'string' ? stale() : own
  if (left === undefined) return origin(reason)
  try {
    const answer = await origin(reason)
    return answer.status >= 500 ? respond(left) : answer
  } catch (error) {
    if (error instanceof AppError && error.spec.retry) return respond(left)
    throw error
  }
}

function asReason(error: unknown): Reason {
  if (error instanceof NotAtEdge) return error.reason
  throw error
}
