import { AppError } from '../../shared/errors.ts'
import { postTag } from '../../shared/etag.ts'
import { PRIVATE, PUBLIC } from '../../shared/headers.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { PUBLIC_STALE_MS_MAX } from '../../shared/limits.ts'
import type { Answer } from '../answer.ts'
import { NotAtEdge } from '../not-at-edge.ts'
import type { EdgeAnswer } from './edge-answer.ts'
import { refuseBlocked } from './refuse-blocked.ts'
import type { Reading } from './reading.ts'
import { serveRead, type ReadContext } from './serve-read.ts'

/** GET /v1/posts/:id */
export function servePost(context: ReadContext, id: PostId): Promise<Answer> {
  const { viewer, signedIn, token } = context.reader
  return serveRead(context, {
    token,
    edge: (reading) => {
      if (signedIn && viewer === undefined) throw new NotAtEdge('no-record')
      return postAtEdge(reading, id, viewer)
    },
    stale: () => (signedIn ? undefined : stalePost(context, id)),
  })
}

async function postAtEdge(
  reading: Reading,
  id: PostId,
  viewer: UserId | undefined,
): Promise<EdgeAnswer> {
  const first = await reading.gather({
    posts: [id],
    viewers: viewer === undefined ? [] : [viewer],
  })
  const fragment = first.posts.get(id)
  if (fragment === undefined) throw new NotAtEdge('fragments')
  if (viewer !== undefined && viewer !== fragment.author) {
    const second = await reading.gather({ viewers: [fragment.author] })
    refuseBlocked('POST_NOT_FOUND', first.viewers.get(viewer), second.viewers.get(fragment.author))
  }
  const asOf = reading.asOf()
  if (fragment.json === undefined) throw new AppError('POST_NOT_FOUND', `${id} is deleted`)
  return {
    body: fragment.json,
    asOf,
    completeness: 'complete',
    cacheControl: viewer === undefined ? PUBLIC : PRIVATE,
    etag: postTag(fragment),
    whole: true,
    reason: 'fragments',
  }
}

/** Without lease and origin, nobody can say what changed: public posts are shown a minute longer, and say so. */
function stalePost({ memory }: ReadContext, id: PostId): EdgeAnswer | undefined {
  const kept = memory.posts.find(id, {
    start: 0,
    token: undefined,
    ageMsMax: PUBLIC_STALE_MS_MAX,
  })
  if (kept?.value.json === undefined) return undefined
  return staleAnswer(kept.value.json)
}

/** Not to be kept by anybody: its time is nearly over. */
export const staleAnswer = (body: string): EdgeAnswer => ({
  body,
  asOf: undefined,
  completeness: 'degraded',
  cacheControl: PRIVATE,
  whole: false,
  reason: 'no-lease',
  servedBy: 'l1',
})
