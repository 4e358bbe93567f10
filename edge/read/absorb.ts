import type { PostFragment, UserFragment } from '../../shared/fragment.ts'
import type { Horizon } from '../../shared/horizon.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { tags, type Lease, type Tag } from '../../shared/invalidation.ts'
import { bucketOf, keys } from '../../shared/keys.ts'
import { EDGE_WATERMARK_LAG_MS_MAX } from '../../shared/limits.ts'
import type { PostList } from '../../shared/list.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import type { Checks } from '../cache/checks.ts'
import type { Memory } from '../cache/memory.ts'
import type { Shelf } from '../cache/shelf.ts'
import { deliveredTo, type Delivered } from '../l2/delivered.ts'
import type { PulledSet } from '../l2/pulled-set.ts'
import type { RegionRead } from '../l2/region-reader.ts'
import type { Found, Wants } from './wants.ts'

export interface AbsorbDeps {
  readonly memory: Memory
  readonly checks: Checks
}

/**
 * Takes from a region's answer what may be served, and keeps in L1 what is certain enough. Answers the
 * horizons of what it took: the page knows no more than the lowest of them.
 */
export function absorb(
  { memory, checks }: AbsorbDeps,
  wants: Wants,
  read: RegionRead,
  lease: Lease,
  knownPulled: PulledSet | undefined,
  found: Found,
): readonly Horizon[] {
  const horizons: Horizon[] = []
  const deliveredFor = (id: PostId | UserId): Delivered | undefined =>
    deliveredTo(read.answer.watermarks.get(bucketOf(id)), lease)

  function take<Id extends PostId | UserId, Value>(
    id: Id,
    value: Value | undefined,
    into: Map<Id, Value>,
    shelf: Shelf<Id, Value>,
  ): void {
    const delivered = value === undefined ? undefined : deliveredFor(id)
    if (value === undefined || delivered === undefined) return
    into.set(id, value)
    horizons.push(delivered.horizon)
    const stamp = read.stampOf(delivered)
    if (stamp !== undefined) shelf.keep(id, { value, stamp })
  }

  /** Whoever has heard of a higher version neither serves nor stores the lower one. */
  const current = <Value extends { readonly version: number }>(
    tag: Tag,
    value: Value | undefined,
  ): Value | undefined =>
    value !== undefined && checks.versionHolds(value.version, memory.heard.of(tag))
      ? value
      : undefined

  for (const id of wants.viewers ?? []) {
    const record: ViewerRecord | undefined = read.answer.viewers.get(id)
    take(id, current(tags.viewer(id), record), found.viewers, memory.viewers)
  }
  for (const id of wants.posts ?? []) {
    const fragment: PostFragment | undefined = read.answer.posts.get(id)
    take(id, current(tags.post(id), fragment), found.posts, memory.posts)
  }
  for (const id of wants.users ?? []) {
    const fragment: UserFragment | undefined = read.answer.users.get(id)
    take(id, current(tags.user(id), fragment), found.users, memory.users)
  }
  for (const id of wants.counts ?? []) {
    take(id, read.answer.counts.get(id), found.counts, memory.counts)
    const old = read.answer.oldCounts.get(id)
    if (old !== undefined && deliveredFor(id) !== undefined) found.oldCounts.set(id, old)
  }
  for (const author of wants.authorLists ?? []) {
    const list = read.answer.lists.get(keys.authorList(author))
    take(author, list && withUndelivered(author, list, read), found.authorLists, memory.authorLists)
  }

  if (wants.timeline !== undefined) {
    const list = read.answer.lists.get(keys.timeline(wants.timeline))
    const delivered = deliveredFor(wants.timeline)
    if (list !== undefined && delivered !== undefined) {
      found.timeline = list
      found.undelivered = read.answer.watermarks.get(bucketOf(wants.timeline))?.exceptions ?? []
      horizons.push(delivered.horizon)
    }
  }
  const session = wants.session && read.answer.sessions.get(wants.session.session)
  if (session !== undefined) found.session = session

  const stamp = read.pulled?.stamp
  const set = read.pulled?.set ?? knownPulled
  if (
    wants.pulled === true &&
    stamp !== undefined &&
    set?.version === stamp.version &&
    stamp.horizon.epoch === lease.horizon.epoch &&
    lease.atMs - stamp.atMs <= EDGE_WATERMARK_LAG_MS_MAX
  ) {
    found.pulled = set.authors
    horizons.push(stamp.horizon)
  }
  return horizons
}

/** What stands beside the watermark belongs to the list: kept with it, it is served with it. */
function withUndelivered(author: UserId, list: PostList, read: RegionRead): PostList {
  const exceptions = read.answer.watermarks.get(bucketOf(author))?.exceptions ?? []
  const posts = exceptions.filter((one) => one.author === author).map(({ post }) => post)
  return posts.length === 0 ? list : { ...list, ids: [...list.ids, ...posts] }
}
