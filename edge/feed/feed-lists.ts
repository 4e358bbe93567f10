import type { MergeSource } from '../../shared/feed/merge.ts'
import { unabsorbedFollows } from '../../shared/feed/unabsorbed.ts'
import { THE_BEGINNING, type UserId } from '../../shared/ids.ts'
import { AUTHOR_LISTS_PER_PAGE_MAX } from '../../shared/limits.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import { NotAtEdge } from '../not-at-edge.ts'
import type { Reading } from '../read/reading.ts'
import type { Found } from '../read/wants.ts'

export interface FeedLists {
  readonly record: ViewerRecord
  readonly sources: readonly MergeSource[]
  /** Sources that did not contribute. */
  readonly missing: readonly string[]
}

/**
 * The viewer's record and all lists of its network: one wave with the record in L1, two without. Which
 * follows the timeline has not absorbed only its marker says; those of the last page are asked for at once.
 */
export async function feedLists(
  reading: Reading,
  viewer: UserId,
  follows: { readonly unabsorbed: readonly UserId[]; note(authors: readonly UserId[]): void },
): Promise<FeedLists> {
  const guess = reading.guess(viewer)
  const guessed =
    guess.record === undefined || guess.pulled === undefined
      ? []
      : bounded([...pulledAmong(guess.record, guess.pulled), ...follows.unabsorbed])
  const first = await reading.gather({
    viewers: [viewer],
    timeline: viewer,
    pulled: true,
    authorLists: guessed,
  })
  const record = knownRecord(first.viewers.get(viewer))
  const { timeline } = first
  if (timeline === undefined) throw new NotAtEdge('no-list')
  const unabsorbed = unabsorbedFollows(record, timeline.horizon)
  // Not all known, or too many: the timeline counts as absent.
  if (unabsorbed === undefined) throw new NotAtEdge('no-list')
  follows.note(unabsorbed)

  const pulled = first.pulled === undefined ? [] : pulledAmong(record, first.pulled)
  const authors = bounded([...pulled, ...unabsorbed])
  const asked = new Set(guessed)
  const late = authors.filter((author) => !asked.has(author))
  const second = late.length === 0 ? undefined : await reading.gather({ authorLists: late })
  const lists = authors.flatMap(
    (author) => first.authorLists.get(author) ?? second?.authorLists.get(author) ?? [],
  )

  return {
    record,
    sources: [timeline, ...lists, { ids: undelivered(first, record), floor: THE_BEGINNING }],
    missing: [
      ...(first.pulled === undefined ? ['pulled-set'] : []),
      ...(lists.length < authors.length ? ['author-lists'] : []),
    ],
  }
}

/** Privacy fails closed: with unknown relations nothing is shown. */
export function knownRecord(record: ViewerRecord | undefined): ViewerRecord {
  if (record === undefined) throw new NotAtEdge('no-record')
  if (record.large) throw new NotAtEdge('large-record')
  return record
}

/** The smaller set is walked: a viewer may follow 10,000, and some thousand authors are pulled. */
function pulledAmong({ follows }: ViewerRecord, pulled: ReadonlySet<UserId>): readonly UserId[] {
  const [few, many] = pulled.size < follows.size ? [pulled, follows] : [follows, pulled]
  return [...few].filter((author) => many.has(author))
}

function bounded(authors: readonly UserId[]): readonly UserId[] {
  const distinct = [...new Set(authors)]
  if (distinct.length > AUTHOR_LISTS_PER_PAGE_MAX) throw new NotAtEdge('too-many-lists')
  return distinct
}

const undelivered = ({ undelivered: exceptions }: Found, { viewer, follows }: ViewerRecord) =>
  exceptions
    .filter(({ author }) => author === viewer || follows.has(author))
    .map(({ post }) => post)
