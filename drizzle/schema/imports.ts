import { bigint, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import type { PostId } from '../../shared/ids.ts'
import { idColumn, moment } from './columns.ts'

/** How far each file was imported, written in the transaction of its rows: a killed import goes on from here. */
export const imports = pgTable(
  'imports',
  {
    /** `users`, `follows` or `posts`. */
    kind: text().notNull(),
    /** SHA-256 of the bytes: a renamed file is known, a changed one is another. */
    file: text().notNull(),
    /** Lines that are worked off. */
    line: bigint({ mode: 'number' }).notNull().default(0),
    taken: bigint({ mode: 'number' }).notNull().default(0),
    /** Rows that said what was there already. */
    repeated: bigint({ mode: 'number' }).notNull().default(0),
    rejected: bigint({ mode: 'number' }).notNull().default(0),
    /** Of the report of rejected rows, up to this line. */
    reportBytes: bigint({ mode: 'number' }).notNull().default(0),
    startedAt: moment()
      .notNull()
      .default(sql`clock_timestamp()`),
    finishedAt: moment(),
    /** Counts are right again and lists begin anew. Null: somebody was killed before that. */
    settledAt: moment(),
  },
  // Serves the look-up of one file's place.
  (t) => [primaryKey({ columns: [t.kind, t.file] })],
)

/** Ids that posts had where they came from: a row that is imported twice is one post. */
export const importedPosts = pgTable('imported_posts', {
  // Serves the question whether a row was imported before.
  externalId: text().primaryKey(),
  postId: idColumn().$type<PostId>().notNull(),
})
