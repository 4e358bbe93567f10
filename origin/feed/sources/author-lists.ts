import type { UserId } from '../../../shared/ids.ts'
import { keys } from '../../../shared/keys.ts'
import type { ReadableList } from '../query/kept-lists.ts'
import type { ListsRead } from '../query/lists-read.ts'
import type { Found, Lacking } from '../stages.ts'

/** The authors' own lists; those that are absent are named, so that they are warmed. */
export function authorLists(authors: readonly UserId[], read: ListsRead): Found {
  const lists: ReadableList[] = []
  const lacking: Lacking[] = []
  for (const author of authors) {
    const list = read.list(keys.authorList(author))
    if (list === undefined) lacking.push({ list: 'author-list', owner: author })
    else lists.push(list)
  }
  return { lists, lacking }
}
