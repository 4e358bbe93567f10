import type { UserId } from '../../../shared/ids.ts'
import { keys } from '../../../shared/keys.ts'
import { AUTHOR_LISTS_PER_PAGE_MAX } from '../../../shared/limits.ts'
import type { Tail } from '../../ports/tail.ts'
import type { FeedQuery } from '../query/feed-query.ts'
import type { Source } from '../stages.ts'
import { authorLists } from './author-lists.ts'

/** Authors too large to push: those of them whom the viewer follows are read from their own lists. */
export function pulledAuthors(tail: Pick<Tail, 'pulledSet'>): Source {
  return {
    name: 'author-lists',
    lists(query) {
      const authors = pulledAmong(query, tail.pulledSet())
      return authors.length > AUTHOR_LISTS_PER_PAGE_MAX ? [] : authors.map(keys.authorList)
    },
    find(query, read) {
      // Asked anew: an author who was added meanwhile was not read, and its list counts as absent.
      const authors = pulledAmong(query, tail.pulledSet())
      if (authors.length <= AUTHOR_LISTS_PER_PAGE_MAX) return authorLists(authors, read)
      return { lists: [], lacking: [{ list: 'timeline', owner: query.viewer }] }
    },
  }
}

/** The smaller set is walked: a viewer may follow 10,000, and some thousand authors are pulled. */
function pulledAmong({ record }: FeedQuery, pulled: ReadonlySet<UserId>): readonly UserId[] {
  const [few, many] =
    pulled.size < record.follows.size ? [pulled, record.follows] : [record.follows, pulled]
  return [...few].filter((author) => many.has(author))
}
