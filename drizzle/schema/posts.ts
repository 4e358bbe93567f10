import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  index,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
} from 'drizzle-orm/pg-core'
import type { PostId, UserId } from '../../shared/ids.ts'
import { idColumn, moment } from './columns.ts'

/** What was decided when the post was written; redelivery obeys the row. */
export const deliveryKind = pgEnum('delivery_kind', ['push', 'pull'])

/** The truth that every list can be rebuilt from. 16 partitions of four author shards each. */
export const posts = pgTable(
  'posts',
  {
    /** `shard_of(id)`, so that an id alone finds its partition. */
    shard: smallint().notNull(),
    id: idColumn().$type<PostId>().notNull(),
    authorId: idColumn().$type<UserId>().notNull(),
    text: text().notNull(),
    language: text(),
    sensitive: boolean().notNull().default(false),
    /** Raised by each change; whoever has heard of a higher one drops the lower. */
    version: integer().notNull().default(1),
    delivery: deliveryKind().notNull(),
    createdAt: moment().notNull(),
    editedAt: moment(),
    /** Set instead of deleting the row, so that a late redelivery cannot bring a post back. */
    deletedAt: moment(),
  },
  (t) => [
    // Serves a post by its id alone: the shard is part of the key only since the partitions need it.
    primaryKey({ columns: [t.shard, t.id] }),
    // Serves an author's newest posts: profile pages, warming, and a timeline below its seam.
    index('posts_by_author')
      .on(t.authorId, t.id)
      .where(sql`${t.deletedAt} is null`),
    // Serves the pulled set at the start of a process: who has a pull post since a given id.
    index('posts_pulled')
      .on(t.id, t.authorId)
      .where(sql`${t.delivery} = 'pull'`),
    check('posts_shard', sql`${t.shard} = shard_of(${t.id})`),
    check('posts_text_length', sql`char_length(${t.text}) between 1 and 4000`),
  ],
)

/** What a post said before each edit. */
export const postEdits = pgTable(
  'post_edits',
  {
    postId: idColumn().$type<PostId>().notNull(),
    /** The version that had this text. */
    version: integer().notNull(),
    text: text().notNull(),
    replacedAt: moment()
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  // Serves the history of one post, in order.
  (t) => [primaryKey({ columns: [t.postId, t.version] })],
)
