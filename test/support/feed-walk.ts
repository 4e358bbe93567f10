import type { FeedPage } from '../../shared/feed/page.ts'
import { compareIds } from '../../shared/ids.ts'

/** One page as a reader got it. */
export interface PageSeen {
  readonly page: FeedPage
  readonly isRanked: boolean
}

/** A reader on its way down, with what it was shown so far. */
export interface Walk<Seen extends PageSeen> {
  readonly first: Seen
  readonly cursor: string | null
  readonly shown: ReadonlySet<string>
  /** Of the ranked session under way, or of the last page. */
  readonly part: ReadonlySet<string>
  readonly last: Seen
  /** A page was labelled, so the walk may lack posts. */
  readonly isLacking: boolean
}

/** How pages are judged by themselves, and what there was to be seen. */
export interface WalkJudge<Seen extends PageSeen> {
  checkPage(seen: Seen): void
  /** The pages of a whole session, or one page of `latest`, lack nothing of their interval. */
  checkWhole(seen: Seen, part: ReadonlySet<string>): void
  /** What could be seen at that page and ever since. */
  throughout(first: Seen): Iterable<string>
  must(holds: boolean, words: () => string): void
}

/** A cursor's own words; a test may look inside. */
export function kindOf(cursor: string): 'latest' | 'ranked' {
  const [, , { kind }] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [
    number,
    number,
    { kind: 'latest' | 'ranked' },
  ]
  return kind
}

const isInSession = ({ page }: PageSeen): boolean =>
  page.nextCursor !== null && kindOf(page.nextCursor) === 'ranked'

/** Checks the page that came next, and the walk when it is at its end. */
export function goOn<Seen extends PageSeen>(
  judge: WalkJudge<Seen>,
  before: Walk<Seen> | undefined,
  seen: Seen,
): Walk<Seen> {
  judge.checkPage(seen)
  const { page } = seen
  const ids = page.items.map(({ post }) => post.id)
  const twice = ids.filter((id) => before?.shown.has(id))
  judge.must(twice.length === 0, () => `shown twice in one walk: ${twice.join(' ')}`)
  if (before?.last.page.completeness === 'complete' && !seen.isRanked && !before.last.isRanked) {
    checkJoint(judge, before, seen)
  }

  const sessionGoesOn = before !== undefined && isInSession(before.last)
  const part = new Set(sessionGoesOn ? [...before.part, ...ids] : ids)
  const isComplete = page.completeness === 'complete'
  const walk: Walk<Seen> = {
    first: before?.first ?? seen,
    cursor: page.nextCursor,
    shown: new Set([...(before?.shown ?? []), ...ids]),
    part,
    last: seen,
    isLacking: (before?.isLacking ?? false) || !isComplete,
  }
  if (isComplete && !isInSession(seen) && !(sessionGoesOn && walk.isLacking)) {
    judge.checkWhole(seen, part)
  }
  if (walk.cursor === null && !walk.isLacking) checkEnd(judge, walk)
  return walk
}

/** A page begins where the one before it ended. */
function checkJoint<Seen extends PageSeen>(
  judge: WalkJudge<Seen>,
  before: Walk<Seen>,
  { page }: Seen,
): void {
  const ended = before.last.page.interval.oldest
  const { newest } = page.interval
  judge.must(newest === ended, () => `a page ended at ${ended}, and the next began at ${newest}`)
  const [first] = page.items
  const isAbove = [...before.shown].some(
    (id) => first !== undefined && compareIds(id, first.post.id) < 0,
  )
  judge.must(!isAbove, () => `${first?.post.id} lies above posts of earlier pages`)
}

/** What could be seen at the first page and stayed visible was returned once. */
function checkEnd<Seen extends PageSeen>(
  judge: WalkJudge<Seen>,
  { first, shown }: Walk<Seen>,
): void {
  for (const id of judge.throughout(first)) {
    judge.must(
      shown.has(id),
      () => `the walk ended without ${id}, visible since its first page (asOf ${first.page.asOf})`,
    )
  }
}
