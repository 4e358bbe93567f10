import type { PostFragment, UserFragment } from '../../shared/fragment.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { tags } from '../../shared/invalidation.ts'
import {
  HEARD_TAGS_MAX,
  L1_AGE_MS_MAX,
  L1_AUTHOR_LIST_MS_MAX,
  L1_BYTES_MAX,
  L1_ENTRY_BYTES_MAX,
  L1_VIEWER_BYTES_MAX,
} from '../../shared/limits.ts'
import type { PostList } from '../../shared/list.ts'
import type { Now } from '../../shared/time.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import type { Checks } from './checks.ts'
import { heardVersions, type HeardVersions } from './heard.ts'
import { shelf, type Shelf } from './shelf.ts'
import { sieve } from './sieve.ts'

/** L1: what an isolate remembers of what it read, for all its readers. */
export interface Memory {
  readonly posts: Shelf<PostId, PostFragment>
  readonly users: Shelf<UserId, UserFragment>
  /** JSON text of counts. */
  readonly counts: Shelf<UserId, string>
  /** Found by the viewer's own id, and by those who look at its profile: never by anything else. */
  readonly viewers: Shelf<UserId, ViewerRecord>
  readonly authorLists: Shelf<UserId, PostList>
  /** Followees whose author lists this viewer's last page needed beside the pulled ones: only a guess. */
  readonly unabsorbed: Shelf<UserId, readonly UserId[]>
  readonly heard: HeardVersions
  readonly bytes: number
  /** Whole: after a gap nobody knows what is still true. */
  drop(): void
}

/** An entry's share of maps and objects. */
const OVERHEAD_BYTES = 200
/** A string of 19 digits, and its slot in a set or an array. */
const ID_BYTES = 56

const textBytes = (text: string | undefined): number => 2 * (text?.length ?? 0) + OVERHEAD_BYTES

export function memory(deps: {
  readonly checks: Checks
  readonly now: Now
  readonly bytesMax?: number
}): Memory {
  const entries = sieve<unknown>({
    bytesMax: deps.bytesMax ?? L1_BYTES_MAX,
    entryBytesMax: L1_VIEWER_BYTES_MAX,
  })
  const heard = heardVersions({ tagsMax: HEARD_TAGS_MAX })
  const shelves = { entries, heard, checks: deps.checks, now: deps.now }
  // Too large for an entry means too large for the whole: the cache takes neither.
  const bounded = (bytes: number) => (bytes > L1_ENTRY_BYTES_MAX ? Number.POSITIVE_INFINITY : bytes)

  return {
    posts: shelf(
      {
        prefix: 'p:',
        ageMsMax: L1_AGE_MS_MAX,
        bytesOf: ({ json }) => bounded(textBytes(json)),
        versionOf: (id, { version }) => ({ tag: tags.post(id), version }),
      },
      shelves,
    ),
    users: shelf(
      {
        prefix: 'u:',
        ageMsMax: L1_AGE_MS_MAX,
        bytesOf: ({ json }) => bounded(textBytes(json)),
        versionOf: (id, { version }) => ({ tag: tags.user(id), version }),
      },
      shelves,
    ),
    counts: shelf<UserId, string>(
      { prefix: 'c:', ageMsMax: L1_AGE_MS_MAX, bytesOf: textBytes },
      shelves,
    ),
    viewers: shelf(
      {
        prefix: 'v:',
        ageMsMax: L1_AGE_MS_MAX,
        bytesOf: ({ follows, blocks, mutes }) =>
          OVERHEAD_BYTES + ID_BYTES * (follows.size + blocks.size + mutes.size),
        versionOf: (id, { version }) => ({ tag: tags.viewer(id), version }),
      },
      shelves,
    ),
    authorLists: shelf(
      {
        prefix: 'a:',
        ageMsMax: L1_AUTHOR_LIST_MS_MAX,
        bytesOf: ({ ids }) => bounded(OVERHEAD_BYTES + ID_BYTES * ids.length),
      },
      shelves,
    ),
    unabsorbed: shelf(
      {
        prefix: 'n:',
        ageMsMax: L1_AGE_MS_MAX,
        bytesOf: (ids) => OVERHEAD_BYTES + ID_BYTES * ids.length,
      },
      shelves,
    ),
    heard,
    get bytes() {
      return entries.bytes
    },
    drop: () => entries.clear(),
  }
}
