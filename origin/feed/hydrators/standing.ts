import type { PostId } from '../../../shared/ids.ts'
import type { Relations, RelationsAmong } from '../../ports/relations.ts'
import type { FeedQuery } from '../query/feed-query.ts'
import type { Candidate, Hydrator } from '../stages.ts'

/** What holds between the viewer and each author, from the viewer record; for a large one, from the truth. */
export const standing = (relations: Relations): Hydrator => ({
  name: 'standing',
  async load(query, candidates) {
    const among = query.record.large ? await ask(relations, query, candidates) : query.record
    const patches = new Map<PostId, Partial<Candidate>>()
    // Unknown relationships patch nothing, and what has no standing is dropped.
    if (among === undefined) return patches
    for (const { id, author } of candidates) {
      if (author === undefined) continue
      patches.set(id, {
        standing: {
          own: author === query.viewer,
          followed: among.follows.has(author),
          blocked: among.blocks.has(author),
          muted: among.mutes.has(author),
        },
      })
    }
    return patches
  },
})

function ask(
  relations: Relations,
  { viewer, stores }: FeedQuery,
  candidates: readonly Candidate[],
): Promise<RelationsAmong | undefined> {
  const authors = new Set(candidates.flatMap(({ author }) => author ?? []))
  return stores.truth('relations', () => relations.among(viewer, [...authors]))
}
