import type { WalkJudge } from '../../support/feed-walk.ts'
import { checkPage, checkWhole, horizonOf, type PageChecks, type Seen } from './page.ts'
import { must } from './violation.ts'

/** Paging is exact: promise 5. */
export const walkJudge = (checks: PageChecks): WalkJudge<Seen> => ({
  checkPage: (seen) => checkPage(checks, seen),
  checkWhole: (seen, part) => checkWhole(checks, seen, part),
  throughout: ({ viewer, page }) =>
    checks.past.throughout(viewer, checks.past.placeOf(horizonOf(page))),
  must: (holds, words) => must(5, holds, words),
})
