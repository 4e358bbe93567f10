import type { PageItem } from '../../shared/feed/page-bytes.ts'
import type { PostFragment } from '../../shared/fragment.ts'
import type { PostId } from '../../shared/ids.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'

export interface VisibleItems {
  readonly items: readonly PageItem[]
  /** Some fragment was not there: whose post it is, and whether it still is one, nobody knows. */
  readonly lacking: boolean
}

/** Posts that this viewer may see, in the order of the ids. What is not known to be visible is dropped. */
export function visibleItems(
  record: ViewerRecord,
  ids: readonly PostId[],
  posts: ReadonlyMap<PostId, PostFragment>,
): VisibleItems {
  const items = ids.flatMap((id): PageItem[] => {
    const fragment = posts.get(id)
    if (fragment?.json === undefined) return []
    const { author, json } = fragment
    if (author === record.viewer) return [{ json, reason: 'own' }]
    const shown =
      record.follows.has(author) && !record.mutes.has(author) && !record.blocks.has(author)
    return shown ? [{ json, reason: 'follow' }] : []
  })
  return { items, lacking: ids.some((id) => !posts.has(id)) }
}
