import * as z from 'zod'
import { CURSOR_CHARACTERS_MAX, FEED_PAGE_POSTS_DEFAULT, FEED_PAGE_POSTS_MAX } from '../limits.ts'
import { Post } from '../post.ts'

const FeedMode = z.enum(['ranked', 'latest'])

/** The query of GET /v1/feed. With a cursor, `mode` is the cursor's. */
export const FeedPageRequest = z.strictObject({
  mode: FeedMode.default('ranked'),
  limit: z.coerce.number().int().min(1).max(FEED_PAGE_POSTS_MAX).default(FEED_PAGE_POSTS_DEFAULT),
  cursor: z.string().max(CURSOR_CHARACTERS_MAX).optional(),
})
export type FeedPageRequest = z.infer<typeof FeedPageRequest>

export const FeedReason = z.enum([
  'follow',
  'own',
  'repost',
  'friend',
  'second-degree',
  'similar',
  'trending',
])
export type FeedReason = z.infer<typeof FeedReason>

const FeedItem = z.object({ post: Post, reason: FeedReason, score: z.number().optional() })

export const Completeness = z.enum(['complete', 'partial', 'degraded'])
export type Completeness = z.infer<typeof Completeness>

/**
 * The ids that a page speaks for: `oldest` ≤ id < `newest`. A null `newest` has no upper bound,
 * a null `oldest` reaches the beginning of time.
 */
export const Interval = z.object({ newest: z.string().nullable(), oldest: z.string().nullable() })
export type Interval = z.infer<typeof Interval>

export const FeedPage = z.object({
  items: z.array(FeedItem),
  /** Null only where the beginning of time was reached. A page may be shorter than `limit`. */
  nextCursor: z.string().nullable(),
  completeness: Completeness,
  /** Sources that did not contribute, by name. Empty when complete. */
  missing: z.array(z.string()),
  /** The horizon of which the page is true: `epoch:xmin:xmax:xip`. */
  asOf: z.string(),
  interval: Interval,
})
export type FeedPage = z.infer<typeof FeedPage>
