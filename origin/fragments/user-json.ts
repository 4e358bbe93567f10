import type { UserBrief } from '../../shared/post.ts'
import { rfc3339 } from '../../shared/time.ts'
import type { User } from '../../shared/user.ts'

/** A user's row as Postgres gives it. */
export interface UserFacts {
  readonly id: string
  readonly handle: string
  readonly name: string
  readonly avatarUrl: string | null
  readonly verified: boolean
  readonly bio: string
  readonly city: string | null
  readonly interests: readonly string[]
  readonly createdAtMs: number
}

/** What a post says of its author. Exactly these fields: a wider row must not leak into fragments. */
export const briefOf = (user: UserBrief): UserBrief => ({
  id: user.id,
  handle: user.handle,
  name: user.name,
  avatarUrl: user.avatarUrl,
  verified: user.verified,
})

/** The one place that writes a user as JSON: without counts and the reader's own marks, which are spliced in. */
export const userJson = (user: UserFacts): string =>
  JSON.stringify({
    ...briefOf(user),
    bio: user.bio,
    city: user.city,
    interests: [...user.interests],
    createdAt: rfc3339(user.createdAtMs),
  } satisfies Omit<User, 'counts' | 'viewer'>)
