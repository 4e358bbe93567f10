import type { PostFragment } from '../../shared/fragment.ts'
import type { WaveAnswer } from '../../shared/feed/wave.ts'
import type { Token } from '../../shared/horizon.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { tags } from '../../shared/invalidation.ts'
import { bucketOf } from '../../shared/keys.ts'
import type { Tail } from '../ports/tail.ts'
import { isTrusted } from './query/lists-read.ts'

/** Who reads, which decides how new an author's name must be. */
export interface FragmentsReader {
  readonly viewer: UserId | undefined
  readonly token: Token | undefined
}

/** Redis' fragment, unless its watermark lags or a higher version was heard of. */
export function currentFragment(
  wave: WaveAnswer | undefined,
  id: PostId,
  tail: Tail,
  reader: FragmentsReader,
): PostFragment | undefined {
  const fragment = wave?.posts.get(id)
  if (fragment === undefined) return undefined
  if (!isTrusted(wave?.watermarks.get(bucketOf(id)), tail)) return undefined
  const heard = tail.heard(tags.post(id))
  if (heard !== undefined && heard.version > fragment.version) return undefined
  return isBriefCurrent(fragment, tail, reader) ? fragment : undefined
}

/**
 * A changed name may take a minute to reach all posts of its author. Its author sees it at once, and so
 * does whoever hands in a token that has the change.
 */
function isBriefCurrent(
  { author, authorVersion, json }: PostFragment,
  tail: Tail,
  { viewer, token }: FragmentsReader,
): boolean {
  const heard = tail.heard(tags.user(author))
  if (json === undefined || heard === undefined || heard.version <= authorVersion) return true
  return author !== viewer && (token === undefined || heard.xid > token.xid)
}
