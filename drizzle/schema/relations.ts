import { sql } from 'drizzle-orm'
import { index, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import type { UserId } from '../../shared/ids.ts'
import { idColumn, moment, xidColumn } from './columns.ts'

const since = () =>
  moment()
    .notNull()
    .default(sql`clock_timestamp()`)

// Without foreign keys: each would lock the row of a much-followed user for every follow. The write
// flow reads both users in its transaction, and a user's row outlives its relations.

export const follows = pgTable(
  'follows',
  {
    followerId: idColumn().$type<UserId>().notNull(),
    followeeId: idColumn().$type<UserId>().notNull(),
    createdAt: since(),
    /** The transaction that made it: a list whose horizon lacks it does not hold this author's posts. */
    xid: xidColumn()
      .notNull()
      .default(sql`pg_current_xact_id()`),
  },
  (t) => [
    // Serves whom a viewer follows: its record, warming, the pages of `following`.
    primaryKey({ columns: [t.followerId, t.followeeId] }),
    // Serves an author's followers in chunks by id: delivery, counts, the pages of `followers`.
    index('follows_by_followee').on(t.followeeId, t.followerId),
  ],
)

export const blocks = pgTable(
  'blocks',
  {
    blockerId: idColumn().$type<UserId>().notNull(),
    blockedId: idColumn().$type<UserId>().notNull(),
    createdAt: since(),
  },
  (t) => [
    // Serves whom a viewer blocks, and whether one blocks another.
    primaryKey({ columns: [t.blockerId, t.blockedId] }),
    // Serves who blocks a viewer: hidden from the lists of people that it reads.
    index('blocks_by_blocked').on(t.blockedId, t.blockerId),
  ],
)

export const mutes = pgTable(
  'mutes',
  {
    muterId: idColumn().$type<UserId>().notNull(),
    mutedId: idColumn().$type<UserId>().notNull(),
    createdAt: since(),
  },
  // Serves whom a viewer mutes. Nobody asks who mutes it.
  (t) => [primaryKey({ columns: [t.muterId, t.mutedId] })],
)
