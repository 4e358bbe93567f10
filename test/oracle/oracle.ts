import { readFileSync } from 'node:fs'
import type pg from 'pg'
import type { PostId, UserId } from '../../shared/ids.ts'

const PAGE = readFileSync(new URL('page.sql', import.meta.url), 'utf8')

/** More than any test publishes: the whole feed. */
const EVERYTHING = 1_000_000

/** The ids that a viewer's feed shows at this moment, newest first. It shares no code with the reader. */
export async function visiblePosts(
  pool: pg.Pool,
  viewer: UserId,
  { before = null, limit = EVERYTHING }: { before?: PostId | null; limit?: number } = {},
): Promise<readonly PostId[]> {
  const { rows } = await pool.query<{ id: PostId }>(PAGE, [viewer, before, limit])
  return rows.map(({ id }) => id)
}
