import { newestFirst, type UserId } from '../../../shared/ids.ts'
import { AUTHOR_SPREAD_SHARE } from '../../../shared/limits.ts'
import type { Candidate, Selector } from '../stages.ts'

/**
 * Best first, but one author does not fill the page: each further post of the same author counts a share of
 * what it would. Whose author is unknown is taken for an author of its own.
 */
export const authorSpread: Selector = {
  name: 'author-spread',
  order(_, candidates) {
    const taken = new Map<UserId, number>()
    const weighed = candidates.toSorted(bestFirst).map((candidate) => {
      const { author } = candidate
      const before = author === undefined ? 0 : (taken.get(author) ?? 0)
      if (author !== undefined) taken.set(author, before + 1)
      return { candidate, worth: scoreOf(candidate) * AUTHOR_SPREAD_SHARE ** before }
    })
    weighed.sort((a, b) => b.worth - a.worth || newestFirst(a.candidate.id, b.candidate.id))
    return weighed.map(({ candidate }) => candidate)
  },
}

const bestFirst = (a: Candidate, b: Candidate): number =>
  scoreOf(b) - scoreOf(a) || newestFirst(a.id, b.id)

/** A score that is unknown is shown last, not dropped. */
const scoreOf = ({ score }: Candidate): number => score ?? 0
