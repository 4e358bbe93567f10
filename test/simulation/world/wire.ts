import type { Completeness, FeedPageRequest } from '../../../shared/feed/page.ts'
import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import type { SimOrigin } from './origin.ts'
import type { SimProcess } from './process.ts'
import type { Seam } from './seam.ts'

/** What a reader got. */
export interface Answered<Body> {
  readonly body: Body
  readonly token: Token | undefined
  readonly servedBy: string
  /** As its header says it. */
  readonly completeness: string
}

export interface Bytes {
  readonly body: Uint8Array<ArrayBuffer>
  readonly token: Token | undefined
  readonly completeness: Completeness
}

/** The way from an edge to its origin. */
export interface OriginWire {
  feed(
    from: SimProcess,
    viewer: UserId,
    request: FeedPageRequest,
    token: Token | undefined,
  ): Promise<Bytes>
  post(from: SimProcess, viewer: UserId, post: PostId, token: Token | undefined): Promise<Bytes>
}

export const originWire = (seam: Seam, running: () => SimOrigin | undefined): OriginWire => {
  const origin = () => {
    const flows = running()
    if (flows === undefined) throw new AppError('STORE_UNAVAILABLE', 'origin down: nobody listens')
    return flows
  }
  return wireTo(seam, origin)
}

const wireTo = (seam: Seam, origin: () => SimOrigin): OriginWire => ({
  feed: (from, viewer, request, token) =>
    seam.call(from, 'origin', 'feed', () => origin().readFeed({ ...request, viewer, token }), {
      neverLate: true,
    }),
  post: (from, viewer, post, token) =>
    seam.call(from, 'origin', 'post', () => origin().readPost({ viewer, token, post }), {
      neverLate: true,
    }),
})
