import type { PostFragment, UserFragment } from '../../shared/fragment.ts'
import type { WaveRequest } from '../../shared/feed/wave.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { keys } from '../../shared/keys.ts'
import type { PostList } from '../../shared/list.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import type { DeliveryException } from '../../shared/watermark.ts'

/** What a step of a read needs. Everything that L1 lacks is asked for in one wave. */
export interface Wants {
  readonly viewers?: readonly UserId[]
  readonly posts?: readonly PostId[]
  readonly users?: readonly UserId[]
  readonly counts?: readonly UserId[]
  readonly authorLists?: readonly UserId[]
  /** Never in L1: it is one reader's, and read as often as it changes. */
  readonly timeline?: UserId
  readonly session?: { readonly viewer: UserId; readonly session: string }
  readonly pulled?: boolean
}

/** Only what may be served to this reader now. */
export interface Found {
  readonly viewers: Map<UserId, ViewerRecord>
  readonly posts: Map<PostId, PostFragment>
  readonly users: Map<UserId, UserFragment>
  readonly counts: Map<UserId, string>
  /** Past their time: for when nobody can tell newer ones. Never in L1. */
  readonly oldCounts: Map<UserId, string>
  readonly authorLists: Map<UserId, PostList>
  timeline?: PostList
  session?: string
  pulled?: ReadonlySet<UserId>
  /** Published, but not yet in the timeline. */
  undelivered: readonly DeliveryException[]
}

/** Room for what is wanted. */
export const nothingFound = (wants: Wants): Found => ({
  viewers: roomFor(wants.viewers),
  posts: roomFor(wants.posts),
  users: roomFor(wants.users),
  counts: roomFor(wants.counts),
  oldCounts: roomFor(wants.counts),
  authorLists: roomFor(wants.authorLists),
  undelivered: [],
})

/** For what is not: one for all requests, so nothing may ever get into it. */
const NO_ROOM = Object.assign(new Map<string, never>(), {
  set(): never {
    throw new TypeError('found what nobody wanted')
  },
}) as Map<string, unknown>

const roomFor = <Id extends string, Value>(ids: readonly Id[] | undefined) =>
  (ids === undefined || ids.length === 0 ? NO_ROOM : new Map<Id, Value>()) as Map<Id, Value>

/** Without making lists of what lacks: from L1 nothing does. */
export const hasAll = (found: Found, wants: Wants): boolean =>
  (wants.timeline === undefined || found.timeline !== undefined) &&
  (wants.session === undefined || found.session !== undefined) &&
  (wants.pulled !== true || found.pulled !== undefined) &&
  allIn(found.viewers, wants.viewers) &&
  allIn(found.posts, wants.posts) &&
  allIn(found.users, wants.users) &&
  allIn(found.counts, wants.counts) &&
  allIn(found.authorLists, wants.authorLists)

const allIn = <Id>(found: ReadonlyMap<Id, unknown>, ids: readonly Id[] | undefined): boolean =>
  ids === undefined || ids.every((id) => found.has(id))

export const isEmpty = (wants: Wants): boolean =>
  wants.timeline === undefined &&
  wants.session === undefined &&
  wants.pulled !== true &&
  [wants.viewers, wants.posts, wants.users, wants.counts, wants.authorLists].every(
    (ids) => ids === undefined || ids.length === 0,
  )

export const waveOf = (wants: Wants): WaveRequest => ({
  viewers: wants.viewers ?? [],
  posts: wants.posts ?? [],
  users: wants.users ?? [],
  counts: wants.counts ?? [],
  lists: [
    ...(wants.timeline === undefined ? [] : [keys.timeline(wants.timeline)]),
    ...(wants.authorLists ?? []).map(keys.authorList),
  ],
  sessions: wants.session === undefined ? [] : [wants.session],
})
