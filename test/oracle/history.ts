import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { hasXid, type Horizon } from '../../shared/horizon.ts'
import type { PostId, UserId } from '../../shared/ids.ts'

const STATES = readFileSync(new URL('states.sql', import.meta.url), 'utf8')

/** A feed as the oracle shows it: text by post. */
export type Feed = ReadonlyMap<PostId, string>

/** What held from one commit to the next. */
export interface Moment {
  /** The transaction that began it; 0 for the first. */
  readonly xid: number
  readonly atMs: number
  readonly feeds: ReadonlyMap<UserId, Feed>
  /** Of all posts that are not deleted. */
  readonly texts: Feed
  isBlocked(a: UserId, b: UserId): boolean
}

/** All that the oracle ever said, in the order of the commits: the world writes one at a time. */
export interface History {
  readonly moments: readonly Moment[]
  note(xid: number, atMs: number): Promise<void>
  /** The last moment of which the horizon has everything up to then. Conservative: it claims no more. */
  placeOf(horizon: Horizon): number
  /** The last moment that began at the time, or before it. */
  placeAt(timeMs: number): number
  /** Where a transaction's own moment lies. */
  placeOfXid(xid: number): number | undefined
}

export function history(pool: pg.Pool): History {
  const moments: Moment[] = []
  return {
    moments,
    async note(xid, atMs) {
      moments.push({ xid, atMs, ...(await statesNow(pool)) })
    },
    placeOf(horizon) {
      let place = 0
      for (const [at, { xid }] of moments.entries()) {
        if (at > 0 && !hasXid(horizon, xid)) break
        place = at
      }
      return place
    },
    placeAt(timeMs) {
      return Math.max(
        0,
        moments.findLastIndex(({ atMs }) => atMs <= timeMs),
      )
    },
    placeOfXid(xid) {
      const place = moments.findIndex((moment) => moment.xid === xid)
      return place === -1 ? undefined : place
    },
  }
}

async function statesNow(pool: pg.Pool): Promise<Omit<Moment, 'xid' | 'atMs'>> {
  const { rows } = await pool.query<{
    feeds: Record<UserId, [PostId, string][]>
    texts: Record<PostId, string>
    blocks: [UserId, UserId][]
  }>({ name: 'oracle-states', text: STATES })
  const [row] = rows
  if (row === undefined) throw new TypeError('a select without a row')
  const feeds = Object.entries(row.feeds) as [UserId, [PostId, string][]][]
  const blocks = new Set(row.blocks.map((pair) => pair.join(' ')))
  return {
    feeds: new Map(feeds.map(([viewer, shown]) => [viewer, new Map(shown)])),
    texts: new Map(Object.entries(row.texts) as [PostId, string][]),
    isBlocked: (a, b) => blocks.has(`${a} ${b}`) || blocks.has(`${b} ${a}`),
  }
}

/** What a viewer's feed showed from one moment on: throughout, or at least once, with the texts it had. */
export interface Span {
  readonly throughout: ReadonlySet<PostId>
  readonly everShown: ReadonlyMap<PostId, ReadonlySet<string>>
}

export function spanOf(moments: readonly Moment[], viewer: UserId, from: number): Span {
  const everShown = new Map<PostId, Set<string>>()
  let throughout: Set<PostId> | undefined
  for (const { feeds } of moments.slice(from)) {
    const feed = feeds.get(viewer) ?? new Map<PostId, string>()
    for (const [post, text] of feed) {
      const texts = everShown.get(post)
      if (texts === undefined) everShown.set(post, new Set([text]))
      else texts.add(text)
    }
    const before = throughout
    throughout =
      before === undefined
        ? new Set(feed.keys())
        : new Set([...before].filter((post) => feed.has(post)))
  }
  return { throughout: throughout ?? new Set(), everShown }
}
