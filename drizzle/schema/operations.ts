import { sql } from 'drizzle-orm'
import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
} from 'drizzle-orm/pg-core'
import type { Event } from '../../shared/events/event.ts'
import type { UserId } from '../../shared/ids.ts'
import { idColumn, moment, xidColumn } from './columns.ts'

/** What operators change at run time, one row a key; a key without a row has its default. `epoch` lies here too. */
export const settings = pgTable('settings', {
  key: text().primaryKey(),
  value: jsonb().notNull(),
  /** Raised by each change: who saw an older one may not overwrite it. */
  version: integer().notNull().default(1),
  updatedAt: moment()
    .notNull()
    .default(sql`clock_timestamp()`),
})

/** Events that a consumer group gave up on, kept until somebody replays them. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    groupName: text().notNull(),
    partition: smallint().notNull(),
    key: text().notNull(),
    eventId: bigint({ mode: 'number' }).notNull(),
    eventXid: xidColumn().notNull(),
    event: jsonb().$type<Event>().notNull(),
    error: text().notNull(),
    attempts: integer().notNull(),
    createdAt: moment()
      .notNull()
      .default(sql`clock_timestamp()`),
    replayedAt: moment(),
  },
  (t) => [
    // Serves the operator's list of what waits, by group.
    index('dead_letters_waiting')
      .on(t.groupName, t.id)
      .where(sql`${t.replayedAt} is null`),
  ],
)

/** Who changed what. Rows are only ever added. */
export const auditLog = pgTable('audit_log', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  at: moment()
    .notNull()
    .default(sql`clock_timestamp()`),
  actor: text().notNull(),
  action: text().notNull(),
  subject: text().notNull(),
  detail: jsonb().notNull(),
})

/** Answers of requests that carried an Idempotency-Key, written in the transaction of the change. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    userId: idColumn().$type<UserId>().notNull(),
    key: text().notNull(),
    /** Of operation and input: the same key for another request is refused. */
    requestHash: text().notNull(),
    status: integer().notNull(),
    /** What the change made; the answer is this and the repeated request. */
    body: jsonb().notNull(),
    tokenXid: bigint({ mode: 'number' }).notNull(),
    createdAt: moment()
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (t) => [
    // Serves the repeated request.
    primaryKey({ columns: [t.userId, t.key] }),
    // Serves forgetting the keys that are older than a day.
    index('idempotency_keys_by_age').on(t.createdAt),
  ],
)
