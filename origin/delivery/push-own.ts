import type { PostId, UserId } from '../../shared/ids.ts'
import { keys } from '../../shared/keys.ts'
import type { ListStore } from '../ports/list-store.ts'

/** What create-post does at once, so that authors see their own posts; delivery does it again behind a watermark. */
export const pushOwn =
  (lists: Pick<ListStore, 'push'>) =>
  (author: UserId, post: PostId): Promise<void> =>
    lists.push([keys.authorList(author), keys.timeline(author)], post)
