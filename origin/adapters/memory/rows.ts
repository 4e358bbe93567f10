import type { LogEvent } from '../../../shared/events/event.ts'
import type { Horizon } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import type { UserRow } from '../../ports/writes.ts'

export interface StoredUser extends UserRow {
  readonly externalId: string | null
  readonly relationsVersion: number
}

export interface StoredPost {
  readonly id: PostId
  readonly author: UserId
  readonly text: string
  readonly language: string | null
  readonly sensitive: boolean
  readonly delivery: 'push' | 'pull'
  readonly version: number
  readonly createdAtMs: number
  readonly editedAtMs: number | null
  readonly isDeleted: boolean
}

export interface StoredRelation {
  readonly from: UserId
  readonly to: UserId
  readonly xid: number
  readonly createdAtMs: number
}

export interface StoredAnswer {
  readonly requestHash: string
  readonly facts: unknown
  readonly xid: number
  readonly createdAtMs: number
}

export interface StoredCounts {
  readonly followers: number
  readonly following: number
  readonly posts: number
  readonly version: number
}

export interface StoredPosition {
  readonly horizon: Horizon
  readonly atMs: number
  readonly owner: string | undefined
  readonly untilMs: number
}

/** What is committed, by key. Relations are keyed `from:to`, answers `user:key`. */
export interface Tables {
  readonly users: Map<string, StoredUser>
  readonly posts: Map<string, StoredPost>
  readonly follow: Map<string, StoredRelation>
  readonly block: Map<string, StoredRelation>
  readonly mute: Map<string, StoredRelation>
  readonly answers: Map<string, StoredAnswer>
  readonly counts: Map<string, StoredCounts>
}

export type RowOf<Name extends keyof Tables> =
  Tables[Name] extends Map<string, infer Row> ? Row : never

export interface StoredEvent extends LogEvent {
  readonly partition: number
}

/** Keys of the rows that a transaction changed. */
export type Changes = ReadonlyMap<keyof Tables, ReadonlyMap<string, unknown>>
