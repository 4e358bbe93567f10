import type { WalkJudge } from '../../support/feed-walk.ts'
import { spanOf } from '../history.ts'
import { checkPage, checkWhole, horizonOf, type PageChecks, type Seen } from './page.ts'
import { must } from './violation.ts'

/** A walk judged by what plain SQL showed. */
export const walkJudge = (checks: PageChecks): WalkJudge<Seen> => ({
  checkPage: (seen) => checkPage(checks, seen),
  checkWhole: (seen, part) => checkWhole(checks, seen, part),
  throughout({ viewer, page }) {
    const { history } = checks
    return spanOf(history.moments, viewer, history.placeOf(horizonOf(page))).throughout
  },
  must,
})
