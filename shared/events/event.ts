import * as z from 'zod'
import { PostIdSchema, UserIdSchema } from '../ids.ts'

const version = z.number().int().nonnegative()

/**
 * Facts in the outbox. Each names rows and their versions, never texts or states: consumers read the
 * row as it is now, so a late, repeated or replayed event is harmless.
 */
export const Event = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('post.created'),
    post: PostIdSchema,
    author: UserIdSchema,
    delivery: z.enum(['push', 'pull']),
  }),
  z.strictObject({
    type: z.literal('post.edited'),
    post: PostIdSchema,
    author: UserIdSchema,
    version,
  }),
  z.strictObject({
    type: z.literal('post.deleted'),
    post: PostIdSchema,
    author: UserIdSchema,
    version,
  }),
  z.strictObject({ type: z.literal('user.changed'), user: UserIdSchema, version }),
  z.strictObject({
    type: z.literal('relation.changed'),
    kind: z.enum(['follow', 'block', 'mute']),
    from: UserIdSchema,
    to: UserIdSchema,
    /** Everyone whose viewer record changed, with its new `relations_version`. */
    viewers: z
      .array(z.strictObject({ viewer: UserIdSchema, version }))
      .min(1)
      .max(2),
  }),
])
export type Event = z.infer<typeof Event>
export type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>

/** The log key: everything of one key stays in order. Author, user, or the pair of a relationship. */
export type LogKey = string

/** An event as the log hands it out. */
export interface LogEvent {
  /** Unique in the outbox; orders events of one transaction. */
  readonly id: string
  readonly xid: number
  readonly key: LogKey
  /** When the row was written, Postgres time in epoch milliseconds. */
  readonly atMs: number
  readonly event: Event
}
