import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import type { History } from '../history.ts'
import { placeOfToken } from './page.ts'
import { must } from './violation.ts'

const STALE_MS = 2_000

export interface LookedAt {
  readonly viewer: UserId
  readonly post: PostId
  readonly author: UserId
  /** `undefined`: there was no such post. */
  readonly text: string | undefined
  readonly token: Token | undefined
  /** Postgres is away, and the answer says that it is from before: then `atMs` is when Postgres went. */
  readonly isFromBefore: boolean
  readonly atMs: number
}

/** A single post is answered as it was at some moment within the bound: there or not, and with that text. */
export function checkPost(
  history: History,
  { viewer, post, author, text, token, isFromBefore, atMs }: LookedAt,
): void {
  const from = Math.max(
    history.placeAt(atMs - STALE_MS),
    isFromBefore ? 0 : placeOfToken(history, token),
  )
  const said = history.moments
    .slice(from)
    .map((moment) => (moment.isBlocked(viewer, author) ? undefined : moment.texts.get(post)))
  must(
    said.includes(text),
    () =>
      `post ${post} was answered as ${text ?? 'absent'}, the oracle said ${said.map((each) => each ?? 'absent').join(' | ')}`,
  )
}
