import type { PostId, UserId } from '../../../shared/ids.ts'
import type { PostRow, UserRow } from '../../ports/writes.ts'

/** Moments leave Postgres as epoch milliseconds: exact, and without a Date in between. */
export const millisecondsOf = (column: string): string =>
  `trunc(extract(epoch from ${column}) * 1000)::bigint`

export const USER_COLUMNS = `u.id, u.handle, u.name, u.avatar_url, u.verified, u.bio, u.city, u.interests,
  ${millisecondsOf('u.created_at')} as created_at_ms, u.version`

export interface UserRecord {
  readonly id: UserId
  readonly handle: string
  readonly name: string
  readonly avatar_url: string | null
  readonly verified: boolean
  readonly bio: string
  readonly city: string | null
  readonly interests: string[]
  readonly created_at_ms: string
  readonly version: number
}

export const userRow = (record: UserRecord): UserRow => ({
  id: record.id,
  handle: record.handle,
  name: record.name,
  avatarUrl: record.avatar_url,
  verified: record.verified,
  bio: record.bio,
  city: record.city,
  interests: record.interests,
  createdAtMs: Number(record.created_at_ms),
  version: record.version,
})

export const POST_COLUMNS = `p.id, p.author_id, p.text, p.language, p.sensitive, p.version,
  ${millisecondsOf('p.created_at')} as created_at_ms, ${millisecondsOf('p.edited_at')} as edited_at_ms,
  a.handle, a.name, a.avatar_url, a.verified`

export interface PostRecord {
  readonly id: PostId
  readonly author_id: UserId
  readonly text: string
  readonly language: string | null
  readonly sensitive: boolean
  readonly version: number
  readonly created_at_ms: string
  readonly edited_at_ms: string | null
  readonly handle: string
  readonly name: string
  readonly avatar_url: string | null
  readonly verified: boolean
}

export const postRow = (record: PostRecord): PostRow => ({
  id: record.id,
  author: {
    id: record.author_id,
    handle: record.handle,
    name: record.name,
    avatarUrl: record.avatar_url,
    verified: record.verified,
  },
  text: record.text,
  createdAtMs: Number(record.created_at_ms),
  editedAtMs: record.edited_at_ms === null ? null : Number(record.edited_at_ms),
  language: record.language,
  sensitive: record.sensitive,
  version: record.version,
})
