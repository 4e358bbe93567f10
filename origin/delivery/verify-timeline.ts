import { hasXid, type Horizon } from '../../shared/horizon.ts'
import { compareIds, idTimeMs, newestFirst, type PostId, type UserId } from '../../shared/ids.ts'
import { keys } from '../../shared/keys.ts'
import {
  DELIVERY_GRACE_MS,
  PULLED_SET_LIFE_MS,
  VERIFY_PAGE_POSTS,
  VERIFY_PAGES_MAX,
} from '../../shared/limits.ts'
import type { PostList } from '../../shared/list.ts'
import type { Now } from '../../shared/time.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import type { ListStore } from '../ports/list-store.ts'
import type { Truth } from '../ports/truth.ts'
import type { Waves } from '../ports/waves.ts'
import { requireUser } from './known-user.ts'

export interface VerifyTimelineDeps {
  readonly lists: Pick<ListStore, 'read'>
  readonly waves: Waves
  readonly truth: Pick<
    Truth,
    'timelinePage' | 'posts' | 'users' | 'viewerRecords' | 'pulledAuthors'
  >
  readonly now: Now
}

export type WhyMissing =
  /** Its author is read from its own list. */
  | 'pulled'
  /** Its author too, until the next warming. */
  | 'followed-since'
  /** It stands beside the watermark: its delivery has not ended, or was given up. */
  | 'pulled-alone'
  /** So new that delivery may still be at it. */
  | 'on-its-way'
  /** Nothing explains it: the list is wrong. */
  | 'lost'

export type WhyExtra =
  | 'deleted'
  | 'unfollowed'
  /** Postgres knows no such post: the list is wrong. */
  | 'unknown'

export interface TimelineReport {
  readonly state: 'whole' | 'absent'
  readonly isRight: boolean
  readonly posts: number
  readonly floor: PostId | undefined
  readonly missing: readonly { readonly post: PostId; readonly why: WhyMissing }[]
  readonly extra: readonly { readonly post: PostId; readonly why: WhyExtra }[]
}

/** Compares one timeline with Postgres above its floor, and says why each difference is there. Throws USER_NOT_FOUND. */
export const verifyTimeline =
  (deps: VerifyTimelineDeps) =>
  async (viewer: UserId): Promise<TimelineReport> => {
    await requireUser(viewer, deps.truth)
    // Before the list, as readers do: a delivery that ends meanwhile is in one of the two.
    const alone = await besideWatermark(viewer, deps.waves)
    const list = await deps.lists.read(keys.timeline(viewer))
    if (list === undefined) {
      const nothing = { posts: 0, floor: undefined, missing: [], extra: [] }
      return { state: 'absent', isRight: true, ...nothing }
    }
    const has = new Set(list.ids.filter((post) => compareIds(post, list.floor) > 0))
    const should = await postsAbove(list.floor, viewer, deps)
    const missing = await explainMissing(
      [...should].filter((id) => !has.has(id)),
      { list, viewer, alone },
      deps,
    )
    const extra = await explainExtra(
      [...has].filter((id) => !should.has(id)),
      deps,
    )
    const isRight =
      missing.every(({ why }) => why !== 'lost') && extra.every(({ why }) => why !== 'unknown')
    return { state: 'whole', isRight, posts: has.size, floor: list.floor, missing, extra }
  }

async function besideWatermark(viewer: UserId, waves: Waves): Promise<ReadonlySet<PostId>> {
  const { watermarks } = await waves.send({ lists: [keys.timeline(viewer)] })
  return new Set(
    [...watermarks.values()].flatMap((each) => each.exceptions).map(({ post }) => post),
  )
}

async function postsAbove(
  floor: PostId,
  viewer: UserId,
  { truth }: VerifyTimelineDeps,
): Promise<Set<PostId>> {
  const posts = new Set<PostId>()
  let before: PostId | undefined
  for (let page = 0; page < VERIFY_PAGES_MAX; page += 1) {
    const { ids, ended } = await truth.timelinePage(viewer, before, VERIFY_PAGE_POSTS)
    const above = ids.filter((id) => compareIds(id, floor) > 0)
    for (const id of above) posts.add(id)
    before = ids.at(-1)
    if (ended || above.length < ids.length) return posts
  }
  return posts
}

async function explainMissing(
  ids: readonly PostId[],
  {
    list: { horizon },
    viewer,
    alone,
  }: { list: PostList; viewer: UserId; alone: ReadonlySet<PostId> },
  { truth, now }: VerifyTimelineDeps,
): Promise<TimelineReport['missing']> {
  if (ids.length === 0) return []
  const posts = await truth.posts(ids)
  const record = (await truth.viewerRecords([viewer])).get(viewer)
  const pulled = (await truth.pulledAuthors(now() - PULLED_SET_LIFE_MS)).authors
  const why = (post: PostId): WhyMissing => {
    const author = posts.get(post)?.author
    if (author !== undefined && pulled.has(author)) return 'pulled'
    if (author !== undefined && isUnabsorbed(record, author, horizon)) return 'followed-since'
    if (alone.has(post)) return 'pulled-alone'
    return now() - idTimeMs(post) < DELIVERY_GRACE_MS ? 'on-its-way' : 'lost'
  }
  return ids.toSorted(newestFirst).map((post) => ({ post, why: why(post) }))
}

/** A follow that the warming did not see: named with its transaction, or older than the named ones. */
function isUnabsorbed(record: ViewerRecord | undefined, author: UserId, horizon: Horizon): boolean {
  if (record === undefined) return false
  const recent = record.recentFollows.find(({ followee }) => followee === author)
  return recent === undefined
    ? record.recentFollowsAbove >= horizon.xmin
    : !hasXid(horizon, recent.xid)
}

async function explainExtra(
  ids: readonly PostId[],
  { truth }: VerifyTimelineDeps,
): Promise<TimelineReport['extra']> {
  if (ids.length === 0) return []
  const posts = await truth.posts(ids)
  const why = (post: PostId): WhyExtra => {
    const fragment = posts.get(post)
    if (fragment === undefined) return 'unknown'
    return fragment.json === undefined ? 'deleted' : 'unfollowed'
  }
  return ids.toSorted(newestFirst).map((post) => ({ post, why: why(post) }))
}
