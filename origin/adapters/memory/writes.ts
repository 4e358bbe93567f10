import { DEFAULT_SETTINGS } from '../../../shared/admin/settings.ts'
import { AppError } from '../../../shared/errors.ts'
import { compareIds, type UserId } from '../../../shared/ids.ts'
import { pairKey } from '../../../shared/keys.ts'
import { IDEMPOTENCY_LIFE_MS, WRITE_ATTEMPTS_MAX } from '../../../shared/limits.ts'
import type {
  AuthorRow,
  EarlierAnswers,
  Idempotency,
  PostRow,
  PostRows,
  RelationRows,
  UserRows,
  Writes,
  WriteTransaction,
  Written,
} from '../../ports/writes.ts'
import type { MemoryConnection, MemoryTransaction } from './transactions.ts'
import type { MemoryDatabase } from './database.ts'
import type { StoredPost, StoredUser } from './rows.ts'
import { isDeadlock } from './locks.ts'
import { memoryUserRows } from './user-rows.ts'

/** `connection` is the process's own: what it has open is undone when the process dies. */
export function memoryWrites(database: MemoryDatabase, connection: MemoryConnection): Writes {
  const attempt = <Value>(work: (transaction: MemoryTransaction) => Promise<Value>) =>
    retried(() => connection.transact(work))
  return {
    transaction: (_, work) => attempt((open) => work(transactionOf(database, open))),
    createPost: (author, post, idempotency) =>
      attempt(async (open) => {
        const seenAtMs = database.clock.floorMs()
        const user = open.get('users', author)
        if (user === undefined) return undefined
        const answers = answersOf(database, open)
        const token = { epoch: database.epoch, xid: open.xid() }
        const earlier = idempotency && (await answers.claim(author, idempotency))
        if (earlier !== undefined) return earlier as Written<PostRow>
        const { id, atMs } = database.mintPostId(author)
        const delivery = decided(database, open.get('counts', author)?.followers ?? 0)
        const stored: StoredPost = {
          id,
          author,
          text: post.text,
          language: post.language ?? null,
          sensitive: post.sensitive ?? false,
          delivery,
          version: 1,
          createdAtMs: atMs,
          editedAtMs: null,
          isDeleted: false,
        }
        open.put('posts', id, stored)
        open.append(author, [{ type: 'post.created', post: id, author, delivery }])
        const written = { facts: postRowOf(stored, user), token }
        if (idempotency !== undefined) await answers.keep(author, idempotency.key, written)
        return { ...written, seen: { authorVersion: user.version, atMs: seenAtMs } }
      }),
  }
}

async function retried<Value>(attempt: () => Promise<Value>): Promise<Value> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (attempts >= WRITE_ATTEMPTS_MAX || !isDeadlock(error)) throw error
    }
  }
}

function decided(database: MemoryDatabase, followers: number): 'push' | 'pull' {
  const setting = <Key extends keyof typeof DEFAULT_SETTINGS>(key: Key) =>
    (database.settings.get(key)?.value ?? DEFAULT_SETTINGS[key]) as (typeof DEFAULT_SETTINGS)[Key]
  const strategy = setting('delivery.strategy')
  if (strategy !== 'hybrid') return strategy
  return followers < setting('delivery.threshold') ? 'push' : 'pull'
}

const transactionOf = (database: MemoryDatabase, open: MemoryTransaction): WriteTransaction => ({
  users: memoryUserRows(database, open) satisfies UserRows,
  posts: postsOf(database, open),
  relations: relationsOf(database, open),
  answers: answersOf(database, open),
  append: async (key, events) => open.append(key, events),
  token: async () => ({ epoch: database.epoch, xid: open.xid() }),
})

const authorRowOf = ({ id, handle, name, avatarUrl, verified }: StoredUser): AuthorRow => ({
  id,
  handle,
  name,
  avatarUrl,
  verified,
})

export const postRowOf = (post: StoredPost, author: StoredUser): PostRow => ({
  id: post.id,
  author: authorRowOf(author),
  text: post.text,
  createdAtMs: post.createdAtMs,
  editedAtMs: post.editedAtMs,
  language: post.language,
  sensitive: post.sensitive,
  version: post.version,
})

function postsOf({ clock }: MemoryDatabase, open: MemoryTransaction): PostRows {
  const rowOf = (post: StoredPost): PostRow => {
    const author = open.get('users', post.author)
    if (author === undefined) throw new TypeError('a post without an author')
    return postRowOf(post, author)
  }
  const locked = (id: string): StoredPost => {
    const post = open.get('posts', id)
    if (post === undefined) throw new TypeError('a post was changed that was not locked')
    return post
  }
  return {
    async lock(id) {
      if (open.get('posts', id) === undefined) return undefined
      await open.lock(`post ${id}`)
      const post = locked(id)
      return { ...rowOf(post), deleted: post.isDeleted }
    },
    async replaceText(id, text) {
      const post = locked(id)
      const changed = { ...post, text, version: post.version + 1, editedAtMs: clock.floorMs() }
      open.put('posts', id, changed)
      return rowOf(changed)
    },
    async markDeleted(id) {
      const post = locked(id)
      open.put('posts', id, { ...post, isDeleted: true, version: post.version + 1 })
      return post.version + 1
    },
  }
}

const pair = (from: UserId, to: UserId): string => `${from}:${to}`

function relationsOf({ clock }: MemoryDatabase, open: MemoryTransaction): RelationRows {
  const has = (relation: 'follow' | 'block' | 'mute', from: UserId, to: UserId) =>
    open.get(relation, pair(from, to)) !== undefined
  return {
    lockPair: (a, b) => open.lock(`pair ${pairKey(a, b)}`),
    standing: async (viewer, target) => ({
      viewerExists: open.get('users', viewer) !== undefined,
      targetExists: open.get('users', target) !== undefined,
      following: has('follow', viewer, target),
      followedBy: has('follow', target, viewer),
      blocking: has('block', viewer, target),
      blockedBy: has('block', target, viewer),
      muting: has('mute', viewer, target),
    }),
    async add(relation, from, to) {
      if (has(relation, from, to)) return false
      const row = { from, to, xid: open.xid(), createdAtMs: clock.floorMs() }
      open.put(relation, pair(from, to), row)
      return true
    },
    async remove(relation, from, to) {
      if (!has(relation, from, to)) return false
      open.put(relation, pair(from, to), undefined)
      return true
    },
    async raiseVersions(users) {
      const raised: { viewer: UserId; version: number }[] = []
      for (const viewer of users.toSorted(compareIds)) {
        await open.lock(`user ${viewer}`)
        const user = open.get('users', viewer)
        if (user === undefined) continue
        const version = user.relationsVersion + 1
        open.put('users', viewer, { ...user, relationsVersion: version })
        raised.push({ viewer, version })
      }
      return raised
    },
    lockUser: (user) => open.lock(`user ${user}`),
    countFollows: async (follower, upTo) =>
      Math.min(upTo, open.rows('follow').filter(({ from }) => from === follower).length),
  }
}

function answersOf(database: MemoryDatabase, open: MemoryTransaction): EarlierAnswers {
  return {
    async claim(user, { key, requestHash }: Idempotency) {
      const name = `${user}:${key}`
      await open.lock(`answer ${name}`)
      const createdAtMs = database.clock.floorMs()
      const found = open.get('answers', name)
      if (found === undefined || found.createdAtMs < createdAtMs - IDEMPOTENCY_LIFE_MS) {
        open.put('answers', name, { requestHash, facts: null, xid: 0, createdAtMs })
        return undefined
      }
      if (found.requestHash !== requestHash) {
        throw new AppError('IDEMPOTENCY_KEY_REUSED', 'the request differs')
      }
      return { facts: found.facts, token: { epoch: database.epoch, xid: found.xid } }
    },
    async keep(user, key, { facts, token }) {
      const name = `${user}:${key}`
      const claimed = open.get('answers', name)
      if (claimed === undefined) throw new TypeError('an answer is kept without its key')
      open.put('answers', name, { ...claimed, facts, xid: token.xid })
    },
  }
}
