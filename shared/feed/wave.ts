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
import { allBuckets, bucketOfKey, keys, type Bucket, type ListKey } from '../keys.ts'
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
  readonly sessions?: readonly SessionAsked[]
}

interface SessionAsked {
  readonly viewer: UserId
  readonly session: string
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
  const commands: Command[] = []
  const takes: ((reply: Reply) => void)[] = []
  const watermarks = new Map<Bucket, Watermark>()
  const asked = new Set<Bucket>()

  /** Behind the watermark of its bucket. */
  function ask(command: Command, take: (reply: Reply) => void): void {
    const bucket = bucketOfKey(command[1])
    if (bucket !== undefined && !asked.has(bucket)) {
      asked.add(bucket)
      commands.push(watermarkCommand(bucket))
      takes.push((reply) => keep(watermarks, bucket, watermarkOf(bucket, reply)))
    }
    commands.push(command)
    takes.push(take)
  }
  /** What nobody asks for has one empty map for all waves: most waves ask for one or two kinds. */
  function askEach<Item, Key, Value>(
    items: readonly Item[] | undefined,
    askOne: (item: Item, found: Map<Key, Value>) => void,
  ): ReadonlyMap<Key, Value> {
    if (items === undefined || items.length === 0) return NOTHING
    const found = new Map<Key, Value>()
    for (const item of items) askOne(item, found)
    return found
  }

  const viewers = askEach<UserId, UserId, ViewerRecord>(request.viewers, (viewer, found) =>
    ask(['GET', keys.viewer(viewer)], (reply) => keep(found, viewer, recordOf(viewer, reply))),
  )
  const elements = askEach<ListKey, ListKey, readonly string[]>(request.lists, (list, found) =>
    ask(['LRANGE', list, '0', '-1'], (reply) => keep(found, list, textsOf(reply))),
  )
  const newest = askEach<ListKey, ListKey, readonly string[]>(request.newest, (list, found) =>
    ask(['LRANGE', list, '0', NEWEST_LAST], (reply) => keep(found, list, elementsOf(reply))),
  )
  const sessions = askEach<SessionAsked, string, string>(
    request.sessions,
    ({ viewer, session }, found) =>
      ask(['GET', keys.session(viewer, session)], (reply) => keep(found, session, textOf(reply))),
  )
  const heads = askEach<PostId, PostId, PostFragment>(request.heads, (post, found) =>
    ask(['HMGET', keys.post(post), ...POST_HEAD_FIELDS], (reply) =>
      keep(found, post, parsePostFragment(valuesOf(reply))),
    ),
  )
  const posts = askEach<PostId, PostId, PostFragment>(request.posts, (post, found) =>
    ask(['HMGET', keys.post(post), ...POST_FRAGMENT_FIELDS], (reply) =>
      keep(found, post, parsePostFragment(valuesOf(reply))),
    ),
  )
  const users = askEach<UserId, UserId, UserFragment>(request.users, (user, found) =>
    ask(['HMGET', keys.user(user), ...USER_FRAGMENT_FIELDS], (reply) =>
      keep(found, user, parseUserFragment(valuesOf(reply))),
    ),
  )
  const oldCounts = new Map<UserId, string>()
  const counts = askEach<UserId, UserId, string>(request.counts, (user, found) => {
    let isInTime = false
    // Its time first: what comes between the two is newer than it seems, and never older.
    ask(['PTTL', keys.userCounts(user)], (reply) => {
      isInTime = Number(reply) > COUNTS_OLD_MS
    })
    ask(['HGET', keys.userCounts(user), 'j'], (reply) =>
      keep(isInTime ? found : oldCounts, user, textOf(reply)),
    )
  })

  return {
    commands,
    read(replies) {
      if (replies.length !== takes.length) {
        throw new TypeError('a wave with another number of replies')
      }
      for (const [at, take] of takes.entries()) {
        const reply = replies[at] ?? null
        if (reply instanceof Error) throw reply
        take(reply)
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

const NOTHING: ReadonlyMap<never, never> = new Map<never, never>()

/** The same for every wave, and most of what a wave sends. */
const watermarkCommands = allBuckets.map((bucket): Command => [
  'HMGET',
  keys.watermark(bucket),
  ...WATERMARK_FIELDS,
])

function watermarkCommand(bucket: Bucket): Command {
  const command = watermarkCommands[bucket]
  if (command === undefined) throw new RangeError(`no bucket ${bucket}`)
  return command
}

function validLists(
  elements: ReadonlyMap<ListKey, readonly string[]>,
  watermarks: ReadonlyMap<Bucket, Watermark>,
): ReadonlyMap<ListKey, PostList> {
  if (elements.size === 0) return NOTHING
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
