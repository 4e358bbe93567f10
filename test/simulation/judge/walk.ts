import { compareIds } from '../../../shared/ids.ts'
import { checkPage, checkWhole, horizonOf, type PageChecks, type Seen } from './page.ts'
import { must } from './violation.ts'

/** A reader on its way down, with what it was shown so far. */
export interface Walk {
  readonly first: Seen
  readonly cursor: string | null
  readonly shown: ReadonlySet<string>
  /** Of the ranked session under way, or of the last page. */
  readonly part: ReadonlySet<string>
  readonly last: Seen
  /** A page was labelled, so the walk may lack posts. */
  readonly isLacking: boolean
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

const isInSession = ({ page }: Seen): boolean =>
  page.nextCursor !== null && kindOf(page.nextCursor) === 'ranked'

/** Checks the page that came next, and the walk when it is at its end. */
export function goOn(checks: PageChecks, before: Walk | undefined, seen: Seen): Walk {
  checkPage(checks, seen)
  const { page } = seen
  const ids = page.items.map(({ post }) => post.id)
  const twice = ids.filter((id) => before?.shown.has(id))
  must(5, twice.length === 0, () => `shown twice in one walk: ${twice.join(' ')}`)
  if (before?.last.page.completeness === 'complete' && !seen.isRanked && !before.last.isRanked) {
    checkJoint(before, seen)
  }

  const sessionGoesOn = before !== undefined && isInSession(before.last)
  const part = new Set(sessionGoesOn ? [...before.part, ...ids] : ids)
  const isComplete = page.completeness === 'complete'
  const walk: Walk = {
    first: before?.first ?? seen,
    cursor: page.nextCursor,
    shown: new Set([...(before?.shown ?? []), ...ids]),
    part,
    last: seen,
    isLacking: (before?.isLacking ?? false) || !isComplete,
  }
  if (isComplete && !isInSession(seen) && !(sessionGoesOn && walk.isLacking)) {
    checkWhole(checks, seen, part)
  }
  if (walk.cursor === null && !walk.isLacking) checkEnd(checks, walk)
  return walk
}

/** A page begins where the one before it ended. */
function checkJoint(before: Walk, { page }: Seen): void {
  const ended = before.last.page.interval.oldest
  const { newest } = page.interval
  must(5, newest === ended, () => `a page ended at ${ended}, and the next began at ${newest}`)
  const [first] = page.items
  const isAbove = [...before.shown].some(
    (id) => first !== undefined && compareIds(id, first.post.id) < 0,
  )
  must(5, !isAbove, () => `${first?.post.id} lies above posts of earlier pages`)
}

/** What could be seen at the first page and stayed visible was returned once. */
function checkEnd({ past }: PageChecks, { first, shown }: Walk): void {
  const from = past.placeOf(horizonOf(first.page))
  for (const id of past.throughout(first.viewer, from)) {
    must(5, shown.has(id), () => `the walk ended without ${id}, visible since its first page`)
  }
}
