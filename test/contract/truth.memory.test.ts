import { memoryDatabase } from '../../origin/adapters/memory/database.ts'
import type { StoredPost } from '../../origin/adapters/memory/rows.ts'
import { memoryTruth } from '../../origin/adapters/memory/truth.ts'
import { memoryUserRows } from '../../origin/adapters/memory/user-rows.ts'
import { ID_EPOCH_MS, shardOf, type PostId, type UserId } from '../../shared/ids.ts'
import { truthContract } from './truth.ts'

const THE_DAY_MS = Date.UTC(2026, 0, 1)
const DAY_MS = 24 * 3_600_000

truthContract(async () => {
  const database = memoryDatabase({ nowMs: Date.now })
  const connection = database.connect()
  const { tables } = database
  let names = 0
  let minted = 0

  function newPost(author: UserId, atMs: number, delivery: 'push' | 'pull'): StoredPost {
    minted += 1
    const shard = BigInt(shardOf(author)) << 16n
    const id = (BigInt(atMs - ID_EPOCH_MS) << 22n) | shard | BigInt(minted % 65_536)
    return {
      id: String(id) as PostId,
      author,
      text: 'text',
      language: null,
      sensitive: false,
      delivery,
      version: 1,
      createdAtMs: atMs,
      editedAtMs: null,
      isDeleted: false,
    }
  }

  return {
    truth: memoryTruth(database),
    users: (count) =>
      connection.transact(async (open) => {
        names += 1
        const rows = await memoryUserRows(database, open).provision(
          Array.from({ length: count }, (_, at) => ({
            handle: `user_${names}_${at}`,
            name: `User ${at}`,
          })),
        )
        return rows.map(({ id }) => id)
      }),
    posts: (author, seconds, delivery = 'push') =>
      connection.transact(async (open) =>
        seconds.map((second) => {
          const post = newPost(author, THE_DAY_MS + second * 1_000, delivery)
          open.put('posts', post.id, post)
          return post.id
        }),
      ),
    relate: (relation, from, others) =>
      connection.transact(async (open) => {
        const createdAtMs = database.clock.floorMs()
        for (const to of others) {
          open.put(relation, `${from}:${to}`, { from, to, xid: open.xid(), createdAtMs })
        }
      }),
    followDaysAgo: (from, to, days) =>
      connection.transact(async (open) => {
        const createdAtMs = database.clock.floorMs() - days * DAY_MS
        open.put('follow', `${from}:${to}`, { from, to, xid: open.xid(), createdAtMs })
      }),
    remove: (ids) =>
      connection.transact(async (open) => {
        for (const id of ids) {
          const post = tables.posts.get(id)
          if (post !== undefined) {
            open.put('posts', id, { ...post, isDeleted: true, version: post.version + 1 })
          }
        }
      }),
    rename: (id, name, version) =>
      connection.transact(async (open) => {
        const user = tables.users.get(id)
        if (user !== undefined) open.put('users', id, { ...user, name, version })
      }),
    count: (user, counts) => connection.transact(async (open) => open.put('counts', user, counts)),
    async hold() {
      const goOn = Promise.withResolvers<void>()
      const xid = Promise.withResolvers<number>()
      const committed = connection.transact(async (open) => {
        xid.resolve(open.xid())
        await goOn.promise
      })
      return {
        xid: await xid.promise,
        async commit() {
          goOn.resolve()
          await committed
        },
      }
    },
  }
})
