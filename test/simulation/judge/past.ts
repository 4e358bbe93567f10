import type { Changes } from '../../../origin/adapters/memory/rows.ts'
import type { MemoryDatabase } from '../../../origin/adapters/memory/database.ts'
import { hasXid, type Horizon, type Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'

/** A commit that changed what somebody sees. */
export interface Moment {
  readonly xid: number
  readonly atMs: number
}

/** What one reader was shown of one post, from a moment up to another. `undefined`: nothing. */
interface Span {
  readonly from: number
  readonly text: string | undefined
}

/** All that ever held, in the order of the commits: who saw which post, and which text. */
export interface Past {
  readonly moments: readonly Moment[]
  note(xid: number, changed: Changes): void
  /** The last moment up to which the horizon has everything. */
  placeOf(horizon: Horizon): number
  /** The last moment that began at the time, or before it. */
  placeAt(timeMs: number): number
  placeOfXid(xid: number): number | undefined
  /** The moments that a token speaks of without a gap. */
  placeOfToken(token: Token | undefined): number
  /** In the reader's feed at that moment and ever since. */
  throughout(viewer: UserId, from: number): readonly PostId[]
  isThroughout(viewer: UserId, post: PostId, from: number): boolean
  /** In the reader's feed at some moment since then. */
  isShown(viewer: UserId, post: PostId, from: number): boolean
  /** Posts by author and the text that they began with. */
  readonly beginnings: ReadonlyMap<string, readonly PostId[]>
  /** What the reader was answered who asked for the post since the moment; `undefined`: not there. */
  said(viewer: UserId, post: PostId, from: number): readonly (string | undefined)[]
}

/** Plain sets over what is committed. Nothing here is shared with what the product makes its pages of. */
export function pastOf(
  { tables }: Pick<MemoryDatabase, 'tables'>,
  people: () => readonly UserId[],
  nowMs: () => number,
): Past {
  const moments: Moment[] = [{ xid: 0, atMs: Number.NEGATIVE_INFINITY }]
  const feeds = new Map<UserId, Map<PostId, Span[]>>()
  const looks = new Map<UserId, Map<PostId, Span[]>>()

  const is = (relation: 'follow' | 'block' | 'mute', from: UserId, to: UserId) =>
    tables[relation].has(`${from}:${to}`)

  function textsFor(
    viewer: UserId,
    post: PostId,
  ): { readonly look?: string; readonly feed?: string } {
    const row = tables.posts.get(post)
    if (row === undefined || row.isDeleted) return {}
    const { author, text } = row
    if (is('block', viewer, author) || is('block', author, viewer)) return {}
    const isFollowed = author === viewer || is('follow', viewer, author)
    return isFollowed && !is('mute', viewer, author) ? { look: text, feed: text } : { look: text }
  }

  function extend(
    all: Map<UserId, Map<PostId, Span[]>>,
    viewer: UserId,
    post: PostId,
    text: string | undefined,
    place: number,
  ): void {
    const mine = all.get(viewer) ?? new Map<PostId, Span[]>()
    all.set(viewer, mine)
    const spans = mine.get(post)
    if (spans === undefined) mine.set(post, [{ from: place, text }])
    else if (spans.at(-1)?.text !== text) spans.push({ from: place, text })
  }

  function see(viewer: UserId, post: PostId, place: number): void {
    const { look, feed } = textsFor(viewer, post)
    extend(feeds, viewer, post, feed, place)
    extend(looks, viewer, post, look, place)
  }

  /** Since the moment: what was last before it, and everything after. */
  function textsSince(spans: readonly Span[] | undefined, from: number): (string | undefined)[] {
    if (spans === undefined) return [undefined]
    const first = spans.findLastIndex((span) => span.from <= from)
    const texts = spans.slice(Math.max(0, first)).map(({ text }) => text)
    return first === -1 ? [undefined, ...texts] : texts
  }

  const isThroughout = (viewer: UserId, post: PostId, from: number) =>
    textsSince(feeds.get(viewer)?.get(post), from).every((text) => text !== undefined)

  const beginnings = new Map<string, PostId[]>()

  return {
    moments,
    beginnings,
    note(xid, changed) {
      const place = moments.length
      moments.push({ xid, atMs: nowMs() })
      for (const post of changed.get('posts')?.keys() ?? []) {
        for (const viewer of people()) see(viewer, post as PostId, place)
        const row = tables.posts.get(post)
        if (row?.version !== 1) continue
        const name = `${row.author}:${row.text}`
        beginnings.set(name, [...(beginnings.get(name) ?? []), row.id])
      }
      const pairs = (['follow', 'block', 'mute'] as const).flatMap((relation) => [
        ...(changed.get(relation)?.keys() ?? []),
      ])
      for (const pair of pairs) {
        const [a, b] = pair.split(':') as [UserId, UserId]
        for (const { id, author } of tables.posts.values()) {
          if (author === b) see(a, id, place)
          if (author === a) see(b, id, place)
        }
      }
    },
    placeOf(horizon) {
      const beyond = moments.findIndex(({ xid }, at) => at > 0 && !hasXid(horizon, xid))
      return beyond === -1 ? moments.length - 1 : beyond - 1
    },
    placeAt: (timeMs) => moments.findLastIndex(({ atMs }) => atMs <= timeMs),
    placeOfXid(xid) {
      const place = moments.findIndex((moment) => moment.xid === xid)
      return place === -1 ? undefined : place
    },
    placeOfToken(token) {
      if (token === undefined) return 0
      const beyond = moments.findIndex(({ xid }) => xid > token.xid)
      return beyond === -1 ? moments.length - 1 : Math.max(0, beyond - 1)
    },
    throughout: (viewer, from) =>
      [...(feeds.get(viewer)?.keys() ?? [])].filter((post) => isThroughout(viewer, post, from)),
    isThroughout,
    isShown: (viewer, post, from) =>
      textsSince(feeds.get(viewer)?.get(post), from).some((text) => text !== undefined),
    said: (viewer, post, from) => textsSince(looks.get(viewer)?.get(post), from),
  }
}
