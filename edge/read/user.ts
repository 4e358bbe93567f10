import { userJson } from '../../shared/feed/page-bytes.ts'
import { textTag } from '../../shared/etag.ts'
import { PRIVATE, PUBLIC } from '../../shared/headers.ts'
import type { Horizon } from '../../shared/horizon.ts'
import type { UserId } from '../../shared/ids.ts'
import { PUBLIC_STALE_MS_MAX } from '../../shared/limits.ts'
import type { UserViewer } from '../../shared/user.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import type { Answer } from '../answer.ts'
import { NotAtEdge } from '../not-at-edge.ts'
import type { EdgeAnswer } from './edge-answer.ts'
import { staleAnswer } from './post.ts'
import type { Reading } from './reading.ts'
import { refuseBlocked } from './refuse-blocked.ts'
import { serveRead, type ReadContext } from './serve-read.ts'

/** GET /v1/users/:id */
export function serveUser(context: ReadContext, id: UserId): Promise<Answer> {
  const { viewer, signedIn, token } = context.reader
  return serveRead(context, {
    token,
    edge: (reading) => {
      if (signedIn && viewer === undefined) throw new NotAtEdge('no-record')
      return userAtEdge(reading, id, viewer)
    },
    stale: () => (signedIn ? undefined : staleUser(context, id)),
  })
}

async function userAtEdge(
  reading: Reading,
  id: UserId,
  viewer: UserId | undefined,
): Promise<EdgeAnswer> {
  const found = await reading.gather({
    users: [id],
    counts: [id],
    viewers: viewer === undefined ? [] : [...new Set([viewer, id])],
  })
  const fragment = found.users.get(id)
  const counts = found.counts.get(id)
  const shown = counts ?? found.oldCounts.get(id)
  if (fragment === undefined) throw new NotAtEdge('fragments')
  if (shown === undefined) throw new NotAtEdge('no-counts')
  const marks =
    viewer === undefined ? undefined : marksOf(found.viewers.get(viewer), found.viewers.get(id))
  const text = userJson(fragment.json, shown, marks)
  const asOf = reading.asOf()
  if (counts === undefined) return withOldCounts(text, asOf)
  return {
    body: text,
    asOf,
    completeness: 'complete',
    cacheControl: viewer === undefined ? PUBLIC : PRIVATE,
    etag: textTag(text),
    whole: true,
    reason: 'fragments',
  }
}

/** The origin can tell newer ones. Where it does not answer, these will do. */
const withOldCounts = (body: string, asOf: Horizon): EdgeAnswer => ({
  body,
  asOf,
  completeness: 'degraded',
  cacheControl: PRIVATE,
  whole: false,
  reason: 'no-counts',
})

function marksOf(viewer: ViewerRecord | undefined, other: ViewerRecord | undefined): UserViewer {
  refuseBlocked('USER_NOT_FOUND', viewer, other)
  if (viewer === undefined || other === undefined) throw new NotAtEdge('no-record')
  return {
    following: viewer.follows.has(other.viewer),
    followedBy: other.follows.has(viewer.viewer),
    blocking: viewer.blocks.has(other.viewer),
    muting: viewer.mutes.has(other.viewer),
  }
}

function staleUser({ memory }: ReadContext, id: UserId): EdgeAnswer | undefined {
  const wanted = { start: 0, token: undefined, ageMsMax: PUBLIC_STALE_MS_MAX }
  const fragment = memory.users.find(id, wanted)
  const counts = memory.counts.find(id, wanted)
  if (fragment === undefined || counts === undefined) return undefined
  return staleAnswer(userJson(fragment.value.json, counts.value, undefined))
}
