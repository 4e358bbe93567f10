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
import type { PostId, UserId } from '../../shared/ids.ts'
import { idColumn, moment, xidColumn } from './columns.ts'

/**
 * Facts, written in the transaction of the change. Partitioned by time (`ensure_outbox_partitions`) and
 * read between two horizons, never by id: ids do not commit in order.
 */
export const outbox = pgTable(
  'outbox',
  {
    /** Orders the events of one transaction. */
    id: bigint({ mode: 'number' })
      .notNull()
      .default(sql`nextval('outbox_id_sequence')`),
    xid: xidColumn()
      .notNull()
      .default(sql`pg_current_xact_id()`),
    at: moment()
      .notNull()
      .default(sql`clock_timestamp()`),
    /** Of the log: a hash of the key. */
    partition: smallint().notNull(),
    key: text().notNull(),
    event: jsonb().$type<Event>().notNull(),
  },
  (t) => [
    // Serves a consumer group's read of one log partition between two horizons.
    index('outbox_by_partition').on(t.partition, t.xid, t.id),
    // Serves whoever follows the whole log: the tail of each process, and the leader.
    index('outbox_by_xid').on(t.xid, t.id),
  ],
)

/** Numbered horizons, made by the leader; partitioned as the outbox is. */
export const ticks = pgTable(
  'ticks',
  {
    n: bigint({ mode: 'number' }).notNull(),
    at: moment().notNull(),
    horizon: text().notNull(),
  },
  (t) => [
    // Serves the newest tick, and the position of one that a watermark names.
    index('ticks_by_number').on(t.n),
    // Serves the tick of a moment: where a tail begins, and how far a long backlog was read.
    index('ticks_by_time').on(t.at),
  ],
)

/** How far each consumer group is in each log partition, and who works on it until when. */
export const logPositions = pgTable(
  'log_positions',
  {
    groupName: text().notNull(),
    partition: smallint().notNull(),
    horizon: text().notNull(),
    at: moment().notNull(),
    owner: text(),
    until: moment(),
  },
  // Serves the lease and the commit of one partition, and a group's partitions at once.
  (t) => [primaryKey({ columns: [t.groupName, t.partition] })],
)

/** Processes that work on a group, each until it stops saying so: the partitions are shared among them. */
export const logMembers = pgTable(
  'log_members',
  {
    groupName: text().notNull(),
    member: text().notNull(),
    until: moment().notNull(),
  },
  // Serves the beat of one process, and the count of those of a group.
  (t) => [primaryKey({ columns: [t.groupName, t.member] })],
)

/**
 * Jobs of large deliveries: an author's posts to the followers above `after`, up to `up_to`. On the
 * embedded log they are their own queue; elsewhere they say what is done.
 */
export const deliveryRanges = pgTable(
  'delivery_ranges',
  {
    /** One attempt at a delivery. */
    delivery: text().notNull(),
    number: integer().notNull(),
    /** Of the log, whose consumer waits for it. */
    partition: smallint().notNull(),
    author: idColumn().$type<UserId>().notNull(),
    posts: idColumn().array().$type<PostId[]>().notNull(),
    after: idColumn().$type<UserId>().notNull(),
    /** Null for the last one: to the end. */
    upTo: idColumn().$type<UserId>(),
    at: moment()
      .notNull()
      .default(sql`clock_timestamp()`),
    /** Somebody works on it until then. */
    until: moment(),
    doneAt: moment(),
  },
  // Serves one job, and the look whether all of a delivery are done. There are never many rows.
  (t) => [primaryKey({ columns: [t.delivery, t.number] })],
)

/** One row: the next number of the invalidation log. The leader reserves ranges, dense in all regions. */
export const invalidationLogNumbers = pgTable('invalidation_log_numbers', {
  next: bigint({ mode: 'number' }).notNull(),
})
