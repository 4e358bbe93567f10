import * as z from 'zod'
import { formatHorizon, parseHorizon, type Horizon } from '../horizon.ts'
import { PostIdSchema, type PostId } from '../ids.ts'

/**
 * A ranked walk, frozen: every in-network post above the seam, in the order in which pages show them.
 * Deletion and relationships are checked for each page, so the session holds ids and nothing of them.
 */
export interface FeedSession {
  readonly ids: readonly PostId[]
  /** At or below it, `latest` takes over; `0`: nothing is below. */
  readonly seam: PostId
  /** The session's pages together hold what the oracle showed from here on. */
  readonly asOf: Horizon
}

const Wire = z.tuple([
  z.literal(1),
  z.string(),
  z.string().regex(/^\d{1,19}$/),
  z.array(PostIdSchema),
])

/** JSON [version, asOf, seam, ids]. */
export const formatSession = ({ ids, seam, asOf }: FeedSession): string =>
  JSON.stringify([1, formatHorizon(asOf), seam, ids])

/** `undefined` for what is not a session: the walk cannot go on, whatever became of the text. */
export function parseSession(text: string): FeedSession | undefined {
  const parsed = Wire.safeParse(readJson(text))
  if (!parsed.success) return undefined
  const [, asOfText, seam, ids] = parsed.data
  const asOf = parseHorizon(asOfText)
  return asOf === undefined ? undefined : { ids, seam: seam as PostId, asOf }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A broken store may hold anything: the caller says that the session is gone.
    return undefined
  }
}
