import {
  parsePostFragment,
  parseUserFragment,
  POST_FRAGMENT_FIELDS,
  POST_HEAD_FIELDS,
  USER_FRAGMENT_FIELDS,
  type PostFragment,
  type UserFragment,
} from '../fragment.ts'
import type { PostId, UserId } from '../ids.ts'
import { bucketOfKey, keys, type Bucket, type ListKey } from '../keys.ts'
import { COUNTS_KEPT_MS, COUNTS_LIFE_MS, LIST_NEWEST_ELEMENTS } from '../limits.ts'
import { readList, type PostList } from '../list.ts'
import type { ViewerRecord } from '../viewer-record.ts'
import type { Watermark } from '../watermark.ts'
import {
  elementsOf,
  recordOf,
  textOf,
  textsOf,
  valuesOf,
  WATERMARK_FIELDS,
  watermarkOf,
} from './wave-replies.ts'

/** What one wave asks of Redis: calls sent at once, to as many nodes as needed. Each part is optional. */
export interface WaveRequest {
  readonly lists?: readonly ListKey[]
  /** Of lists of which a copy is at hand: their first elements alone, which say whether it still stands. */
  readonly newest?: readonly ListKey[]
  readonly posts?: readonly PostId[]
  /** Author and version only, to rank without the bodies. */
  readonly heads?: readonly PostId[]
  readonly users?: readonly UserId[]
  readonly counts?: readonly UserId[]
  readonly viewers?: readonly UserId[]
  readonly sessions?: readonly { readonly viewer: UserId; readonly session: string }[]
}

/** Only what is there and parses; garbage counts as absent. */
export interface WaveAnswer {
  readonly watermarks: ReadonlyMap<Bucket, Watermark>
  readonly lists: ReadonlyMap<ListKey, PostList>
  /** As Redis has them, the marker among them where the list is short. */
  readonly newest: ReadonlyMap<ListKey, readonly string[]>
  readonly posts: ReadonlyMap<PostId, PostFragment>
  readonly heads: ReadonlyMap<PostId, PostFragment>
  readonly users: ReadonlyMap<UserId, UserFragment>
  /** JSON text of `UserCounts`. */
  readonly counts: ReadonlyMap<UserId, string>
  /** Those past COUNTS_LIFE_MS: for when nobody can tell newer ones. */
  readonly oldCounts: ReadonlyMap<UserId, string>
  readonly viewers: ReadonlyMap<UserId, ViewerRecord>
  readonly sessions: ReadonlyMap<string, string>
}

/** A Redis command: name, then arguments, the key first. */
export type Command = readonly [name: string, key: string, ...args: string[]]

/** A reply as RESP2 gives it, strings decoded. An error reply is an Error. */
export type Reply = string | number | null | Error | readonly Reply[]

/** One command of the wave, and what its reply means. */
interface Ask {
  readonly command: Command
  readonly take: (reply: Reply) => void
}

export interface Wave {
  /** In order; each bucket's watermark before its keys. A node's share keeps this order on one connection. */
  readonly commands: readonly Command[]
  /** Replies in the order of the commands. Throws the first error reply: a wave is whole or it failed. */
  read(replies: readonly Reply[]): WaveAnswer
}

/** With less time left they are past their life. */
const COUNTS_OLD_MS = COUNTS_KEPT_MS - COUNTS_LIFE_MS

const NEWEST_LAST = String(LIST_NEWEST_ELEMENTS - 1)

export function planWave(request: WaveRequest): Wave {
  const watermarks = new Map<Bucket, Watermark>()
  const elements = new Map<ListKey, readonly string[]>()
  const newest = new Map<ListKey, readonly string[]>()
  const posts = new Map<PostId, PostFragment>()
  const heads = new Map<PostId, PostFragment>()
  const users = new Map<UserId, UserFragment>()
  const counts = new Map<UserId, string>()
  const oldCounts = new Map<UserId, string>()
  const inTime = new Set<UserId>()
  const viewers = new Map<UserId, ViewerRecord>()
  const sessions = new Map<string, string>()

  const asks: Ask[] = [
    ...(request.viewers ?? []).map((viewer) => ({
      command: ['GET', keys.viewer(viewer)] as const,
      take: (reply: Reply) => keep(viewers, viewer, recordOf(viewer, reply)),
    })),
    ...(request.lists ?? []).map((list) => ({
      command: ['LRANGE', list, '0', '-1'] as const,
      take: (reply: Reply) => keep(elements, list, textsOf(reply)),
    })),
    ...(request.newest ?? []).map((list) => ({
      command: ['LRANGE', list, '0', NEWEST_LAST] as const,
      take: (reply: Reply) => keep(newest, list, elementsOf(reply)),
    })),
    ...(request.sessions ?? []).map(({ viewer, session }) => ({
      command: ['GET', keys.session(viewer, session)] as const,
      take: (reply: Reply) => keep(sessions, session, textOf(reply)),
    })),
    ...(request.heads ?? []).map((post) => ({
      command: ['HMGET', keys.post(post), ...POST_HEAD_FIELDS] as const,
      take: (reply: Reply) => keep(heads, post, parsePostFragment(valuesOf(reply))),
    })),
    ...(request.posts ?? []).map((post) => ({
      command: ['HMGET', keys.post(post), ...POST_FRAGMENT_FIELDS] as const,
      take: (reply: Reply) => keep(posts, post, parsePostFragment(valuesOf(reply))),
    })),
    ...(request.users ?? []).map((user) => ({
      command: ['HMGET', keys.user(user), ...USER_FRAGMENT_FIELDS] as const,
      take: (reply: Reply) => keep(users, user, parseUserFragment(valuesOf(reply))),
    })),
    // Its time first: what comes between the two is newer than it seems, and never older.
    ...(request.counts ?? []).flatMap((user): Ask[] => [
      {
        command: ['PTTL', keys.userCounts(user)],
        take: (reply) => void (Number(reply) > COUNTS_OLD_MS && inTime.add(user)),
      },
      {
        command: ['HGET', keys.userCounts(user), 'j'],
        take: (reply) => keep(inTime.has(user) ? counts : oldCounts, user, textOf(reply)),
      },
    ]),
  ]
  const buckets = new Set(asks.flatMap(({ command }) => bucketOfKey(command[1]) ?? []))
  const all: Ask[] = [
    ...[...buckets].map((bucket) => ({
      command: ['HMGET', keys.watermark(bucket), ...WATERMARK_FIELDS] as Command,
      take: (reply: Reply) => keep(watermarks, bucket, watermarkOf(reply)),
    })),
    ...asks,
  ]

  return {
    commands: all.map(({ command }) => command),
    read(replies) {
      if (replies.length !== all.length)
        throw new TypeError('a wave with another number of replies')
      for (const [at, ask] of all.entries()) {
        const reply = replies[at] ?? null
        if (reply instanceof Error) throw reply
        ask.take(reply)
      }
      return {
        watermarks,
        lists: validLists(elements, watermarks),
        newest,
        posts,
        heads,
        users,
        counts,
        oldCounts,
        viewers,
        sessions,
      }
    },
  }
}

function validLists(
  elements: ReadonlyMap<ListKey, readonly string[]>,
  watermarks: ReadonlyMap<Bucket, Watermark>,
): Map<ListKey, PostList> {
  const lists = new Map<ListKey, PostList>()
  for (const [key, texts] of elements) {
    const bucket = bucketOfKey(key)
    const generation = bucket === undefined ? undefined : watermarks.get(bucket)?.generation
    keep(lists, key, readList(texts, generation))
  }
  return lists
}

function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value | undefined): void {
  if (value !== undefined) map.set(key, value)
}
