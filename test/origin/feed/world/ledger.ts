import type { Horizon } from '../../../../shared/horizon.ts'
import { compareIds, newestFirst, type PostId, type UserId } from '../../../../shared/ids.ts'

export interface LedgerPost {
  readonly id: PostId
  readonly author: UserId
  readonly delivery: 'push' | 'pull'
  readonly xid: number
  version: number
  isDeleted: boolean
}

export type LedgerEvent =
  | { readonly xid: number; readonly kind: 'post'; readonly post: PostId }
  | {
      readonly xid: number
      readonly kind: 'viewer'
      readonly viewer: UserId
      readonly version: number
    }

/** The truth as plain maps, each change with a transaction id of its own. Postgres, for the tests of readers. */
export function ledger() {
  const posts = new Map<PostId, LedgerPost>()
  const follows = new Map<UserId, Map<UserId, number>>()
  const mutes = new Map<UserId, Set<UserId>>()
  const blocks = new Map<UserId, Set<UserId>>()
  const versions = new Map<UserId, number>()
  const events: LedgerEvent[] = []
  let xid = 100

  const of = <Value>(map: Map<UserId, Value>, user: UserId, make: () => Value): Value => {
    const value = map.get(user) ?? make()
    map.set(user, value)
    return value
  }
  const followsOf = (user: UserId) => of(follows, user, () => new Map<UserId, number>())
  const mutesOf = (user: UserId) => of(mutes, user, () => new Set<UserId>())
  const blocksOf = (user: UserId) => of(blocks, user, () => new Set<UserId>())

  function raise(user: UserId): void {
    const version = (versions.get(user) ?? 1) + 1
    versions.set(user, version)
    events.push({ xid, kind: 'viewer', viewer: user, version })
  }
  const begin = () => (xid += 1)
  const postsBelow = (authors: (author: UserId) => boolean, before: PostId | undefined): PostId[] =>
    [...posts.values()]
      .filter(({ author, isDeleted }) => !isDeleted && authors(author))
      .map(({ id }) => id)
      .filter((id) => before === undefined || compareIds(id, before) < 0)
      .toSorted(newestFirst)

  return {
    posts,
    events,
    followsOf,
    mutesOf,
    blocksOf,
    versionOf: (user: UserId) => versions.get(user) ?? 1,
    allUsers: () => follows.keys(),
    horizon: (): Horizon => ({ epoch: 1, xmin: xid + 1, xmax: xid + 1, xip: [] }),
    post(author: UserId, id: PostId, delivery: 'push' | 'pull'): void {
      posts.set(id, { id, author, delivery, xid: begin(), version: 1, isDeleted: false })
      events.push({ xid, kind: 'post', post: id })
    },
    remove(id: PostId): void {
      const post = posts.get(id)
      if (post === undefined || post.isDeleted) return
      begin()
      post.isDeleted = true
      post.version += 1
      events.push({ xid, kind: 'post', post: id })
    },
    follow(from: UserId, to: UserId): void {
      if (from === to || followsOf(from).has(to)) return
      if (blocksOf(from).has(to) || blocksOf(to).has(from)) return
      followsOf(from).set(to, begin())
      raise(from)
    },
    unfollow(from: UserId, to: UserId): void {
      begin()
      if (followsOf(from).delete(to)) raise(from)
    },
    block(from: UserId, to: UserId): void {
      if (from === to || blocksOf(from).has(to)) return
      begin()
      blocksOf(from).add(to)
      followsOf(from).delete(to)
      followsOf(to).delete(from)
      raise(from)
      raise(to)
    },
    mute(from: UserId, to: UserId, on: boolean): void {
      if (from === to || mutesOf(from).has(to) === on) return
      begin()
      if (on) mutesOf(from).add(to)
      else mutesOf(from).delete(to)
      raise(from)
    },
    /** What a statement finds: posts of followees and its own, muted ones too. */
    timelineIds: (viewer: UserId, before?: PostId) =>
      postsBelow((author) => author === viewer || followsOf(viewer).has(author), before),
    authorIds: (author: UserId, before?: PostId) => postsBelow((each) => each === author, before),
    /** What a page must hold. */
    visibleIds: (viewer: UserId) =>
      postsBelow(
        (author) =>
          author === viewer || (followsOf(viewer).has(author) && !mutesOf(viewer).has(author)),
        undefined,
      ),
  }
}

export type Ledger = ReturnType<typeof ledger>
