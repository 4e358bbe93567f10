import type { Post } from '../../shared/post.ts'
import { rfc3339 } from '../../shared/time.ts'
import { briefOf, type UserFacts } from './user-json.ts'

/** A post's row with its author's, as Postgres gives them. */
export interface PostFacts {
  readonly id: string
  readonly author: Pick<UserFacts, 'id' | 'handle' | 'name' | 'avatarUrl' | 'verified'>
  readonly text: string
  readonly createdAtMs: number
  readonly editedAtMs: number | null
  readonly language: string | null
  readonly sensitive: boolean
}

/**
 * The one place that writes a post as JSON. The answer of a write, delivery and readers of Postgres all
 * give the same bytes, so a page does not change with the layer that it came from.
 */
export const postJson = (post: PostFacts): string =>
  JSON.stringify({
    id: post.id,
    author: briefOf(post.author),
    text: post.text,
    createdAt: rfc3339(post.createdAtMs),
    editedAt: post.editedAtMs === null ? null : rfc3339(post.editedAtMs),
    language: post.language,
    sensitive: post.sensitive,
  } satisfies Post)
