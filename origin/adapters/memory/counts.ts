import type { CountStore } from '../../ports/count-store.ts'
import type { MemoryConnection } from './transactions.ts'
import type { MemoryDatabase } from './database.ts'
import type { StoredCounts } from './rows.ts'

/** The rows are locked before anything is counted: a slower worker cannot write an older count under a higher version. */
export const memoryCounts = (
  { tables }: MemoryDatabase,
  connection: MemoryConnection,
): CountStore => ({
  recount: (users) =>
    connection.transact(async (open) => {
      const known = users.filter((user) => tables.users.has(user)).toSorted()
      for (const user of known) await open.lock(`counts ${user}`)
      const counted = new Map<(typeof known)[number], StoredCounts>()
      for (const user of known) {
        const follows = [...tables.follow.values()]
        const counts = {
          followers: follows.filter(({ to }) => to === user).length,
          following: follows.filter(({ from }) => from === user).length,
          posts: [...tables.posts.values()].filter(
            (post) => post.author === user && !post.isDeleted,
          ).length,
          version: (tables.counts.get(user)?.version ?? 0) + 1,
        }
        open.put('counts', user, counts)
        counted.set(user, counts)
      }
      return counted
    }),
})
