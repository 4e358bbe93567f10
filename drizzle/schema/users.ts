import { sql } from 'drizzle-orm'
import { bigint, boolean, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import type { UserId } from '../../shared/ids.ts'
import { idColumn, moment } from './columns.ts'

/** Whoever posts, reads or is followed. The id carries the shard of all posts of this author. */
export const users = pgTable(
  'users',
  {
    id: idColumn()
      .$type<UserId>()
      .primaryKey()
      .default(sql`mint_user_id()`),
    handle: text().notNull(),
    name: text().notNull(),
    bio: text().notNull().default(''),
    city: text(),
    interests: text()
      .array()
      .notNull()
      .default(sql`'{}'`),
    avatarUrl: text(),
    verified: boolean().notNull().default(false),
    /** The product's own id, for tokens whose `sub` is not ours. */
    externalId: text(),
    /** Raised by each change of the profile. */
    version: integer().notNull().default(1),
    /** Raised whenever the viewer record changes: whom this user follows, blocks and mutes. */
    relationsVersion: integer().notNull().default(1),
    createdAt: moment()
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (t) => [
    // Serves the look-up by handle, and keeps two from differing by case alone.
    uniqueIndex('users_by_handle').on(sql`lower(${t.handle})`),
    // Serves the look-up of a token's `sub` that is the product's own id.
    uniqueIndex('users_by_external_id').on(t.externalId),
  ],
)

/** Absolute values, recomputed by the count worker; never incremented. */
export const userCounts = pgTable('user_counts', {
  userId: idColumn().$type<UserId>().primaryKey(),
  followers: bigint({ mode: 'number' }).notNull().default(0),
  following: bigint({ mode: 'number' }).notNull().default(0),
  posts: bigint({ mode: 'number' }).notNull().default(0),
  version: bigint({ mode: 'number' }).notNull().default(1),
})
