import * as z from 'zod'
import { AppError } from './errors.ts'
import { fnv1a } from './hash.ts'
import { PostIdSchema, type UserId } from './ids.ts'
import { CURSOR_CHARACTERS_MAX, CURSOR_LIFE_MS } from './limits.ts'

const VERSION = 1

/**
 * Where a walk stands. `token` is the strongest that the pages so far have: a later page may not know less,
 * else a post that page one could see below the cursor would be missed.
 */
const Cursor = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('latest'),
    /** The page holds ids below this one. */
    before: PostIdSchema,
    token: z.string().max(40),
    atMs: z.number().int(),
  }),
  z.strictObject({
    kind: z.literal('ranked'),
    session: z.string().regex(/^[0-9A-Za-z_-]{8,40}$/),
    /** The next item of the session, from 0. */
    index: z.number().int().min(0).max(10_000),
    /** Where `latest` takes over: it holds ids at or below the seam. `0`: nothing is below. */
    seam: z.string().regex(/^\d{1,19}$/),
    token: z.string().max(40),
    atMs: z.number().int(),
  }),
])
export type Cursor = z.infer<typeof Cursor>

const Wire = z.tuple([z.literal(VERSION), z.number().int(), Cursor])

/**
 * base64url JSON [version, check, cursor]. The check binds it to its viewer and finds mangling; it keeps
 * nothing secret and grants nothing, since every page checks its viewer's relations anew.
 */
export function formatCursor(viewer: UserId | 'public', cursor: Cursor): string {
  const text = JSON.stringify([VERSION, checkOf(viewer, cursor), cursor])
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Throws FEED_CURSOR_INVALID, or FEED_CURSOR_EXPIRED for a ranked one after a day. */
export function parseCursor(viewer: UserId | 'public', text: string, nowMs: number): Cursor {
  const parsed = Wire.safeParse(decode(text))
  if (!parsed.success) throw new AppError('FEED_CURSOR_INVALID', 'not a cursor')
  const [, check, cursor] = parsed.data
  if (check !== checkOf(viewer, cursor)) throw new AppError('FEED_CURSOR_INVALID', 'check differs')
  if (cursor.kind === 'ranked' && nowMs - cursor.atMs > CURSOR_LIFE_MS) {
    throw new AppError('FEED_CURSOR_EXPIRED', `issued at ${cursor.atMs}`)
  }
  return cursor
}

const checkOf = (viewer: UserId | 'public', cursor: Cursor): number =>
  fnv1a(
    `${viewer} ${JSON.stringify(Object.entries(cursor).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`,
  )

function decode(text: string): unknown {
  if (text.length > CURSOR_CHARACTERS_MAX || !/^[0-9A-Za-z_-]+$/.test(text)) return undefined
  try {
    return JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')))
  } catch {
    // Not ours: the caller says so.
    return undefined
  }
}
