import type { PostFragment, UserFragment } from '../../../../shared/fragment.ts'
import { THE_BEGINNING, type PostId, type UserId } from '../../../../shared/ids.ts'
import type { PostList } from '../../../../shared/list.ts'
import type { ViewerRecord } from '../../../../shared/viewer-record.ts'
import type { Relations } from '../../../../origin/ports/relations.ts'
import type { Truth, TruthPage } from '../../../../origin/ports/truth.ts'
import type { Ledger } from './ledger.ts'

const brief = (id: UserId) => ({
  id,
  handle: `u${id}`,
  name: `U ${id}`,
  avatarUrl: null,
  verified: false,
})

export function fragmentOf(ledger: Ledger, id: PostId): PostFragment | undefined {
  const post = ledger.posts.get(id)
  if (post === undefined) return undefined
  const { author, version, isDeleted } = post
  const text = JSON.stringify({
    id,
    author: brief(author),
    text: `${id} v${version}`,
    createdAt: '2026-11-21T09:00:00.000Z',
    editedAt: null,
    language: null,
    sensitive: false,
  })
  return { author, version, authorVersion: 1, json: isDeleted ? undefined : text }
}

function userOf(id: UserId): UserFragment {
  const rest = { bio: '', city: null, interests: [], createdAt: '2026-11-21T09:00:00.000Z' }
  return { version: 1, json: JSON.stringify({ ...brief(id), ...rest }) }
}

export const recordOf = (ledger: Ledger, viewer: UserId, isLarge = false): ViewerRecord => ({
  viewer,
  version: ledger.versionOf(viewer),
  large: isLarge,
  follows: isLarge ? new Set() : new Set(ledger.followsOf(viewer).keys()),
  recentFollows: isLarge
    ? []
    : [...ledger.followsOf(viewer)].map(([followee, xid]) => ({ followee, xid })),
  recentFollowsAbove: 0,
  blocks: isLarge ? new Set() : new Set(ledger.blocksOf(viewer)),
  mutes: isLarge ? new Set() : new Set(ledger.mutesOf(viewer)),
})

export interface LedgerTruthOptions {
  /** Called by each statement; a throw is a store that does not answer. */
  readonly onAsk?: () => void
  readonly isLarge?: (viewer: UserId) => boolean
  readonly knows?: (user: UserId) => boolean
}

export function ledgerTruth(ledger: Ledger, options: LedgerTruthOptions = {}): Truth & Relations {
  const { onAsk = () => undefined, isLarge = () => false, knows = () => true } = options
  const answer = async <Value>(value: () => Value): Promise<Value> => {
    onAsk()
    return value()
  }
  const page = (ids: readonly PostId[], limit: number): TruthPage => ({
    ids: ids.slice(0, limit),
    ended: ids.length <= limit,
    horizon: ledger.horizon(),
  })
  const list = (ids: readonly PostId[], postsMax: number): PostList => ({
    ids: ids.slice(0, postsMax),
    floor: ids[postsMax] ?? THE_BEGINNING,
    horizon: ledger.horizon(),
  })
  const mapOf = <Key, Value>(keys: readonly Key[], value: (key: Key) => Value | undefined) =>
    new Map(
      keys.flatMap((key) => {
        const found = value(key)
        return found === undefined ? [] : [[key, found] as const]
      }),
    )

  return {
    timelinePage: (viewer, before, limit) =>
      answer(() => page(ledger.timelineIds(viewer, before), limit)),
    authorPage: (author, before, limit) =>
      answer(() => page(ledger.authorIds(author, before), limit)),
    timeline: (viewer, postsMax) => answer(() => list(ledger.timelineIds(viewer), postsMax)),
    authorList: (author, postsMax) => answer(() => list(ledger.authorIds(author), postsMax)),
    posts: (ids) => answer(() => mapOf(ids, (id) => fragmentOf(ledger, id))),
    users: (ids) => answer(() => mapOf(ids, (id) => (knows(id) ? userOf(id) : undefined))),
    counts: (ids) =>
      answer(() => mapOf(ids, () => ({ followers: 1, following: 2, posts: 3, version: 1 }))),
    viewerRecords: (ids) =>
      answer(() =>
        mapOf(ids, (id) =>
          knows(id)
            ? { ...recordOf(ledger, id, isLarge(id)), horizon: ledger.horizon() }
            : undefined,
        ),
      ),
    followers: () => answer(() => []),
    pulledAuthors: () => answer(() => ({ authors: new Map(), horizon: ledger.horizon() })),
    among: (viewer, others) =>
      answer(() => ({
        follows: new Set(others.filter((other) => ledger.followsOf(viewer).has(other))),
        blocks: new Set(others.filter((other) => ledger.blocksOf(viewer).has(other))),
        mutes: new Set(others.filter((other) => ledger.mutesOf(viewer).has(other))),
      })),
  }
}
