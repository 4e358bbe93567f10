import { compareIds, newestFirst, THE_BEGINNING, type PostId } from '../ids.ts'

/** Ids newest first, each once: whoever needs a few need not look at all. */
export interface NewestFirst extends Iterable<PostId> {
  below(bound: PostId | undefined): Iterable<PostId>
}

/** Ids in any order, repeats allowed; complete above `floor`. */
export interface MergeSource {
  readonly ids: Iterable<PostId> | NewestFirst
  readonly floor: PostId
}

export interface MergeBounds {
  /** Ids below this one; `undefined`: no upper bound. */
  readonly before: PostId | undefined
  readonly limit: number
}

export interface Merged {
  /** Newest first, each once, above the seam and below the bound; at most `limit`. */
  readonly ids: readonly PostId[]
  /** The newest id above the seam that the limit left out; `undefined`: the seam was reached. */
  readonly next: PostId | undefined
  /** The highest floor: at or below it some source may lack posts, so the sources do not speak for it. */
  readonly seam: PostId
}

/**
 * One page's candidates from several lists. Runs on both tiers, on up to 400,000 ids (500 author lists of
 * 800): it keeps only the newest as it goes, since sorting them all would cost more than all the rest.
 */
export function mergeSources(
  sources: readonly MergeSource[],
  { before, limit }: MergeBounds,
): Merged {
  const seam = highestFloor(sources)
  const roomMax = Math.max(4 * limit, 64)
  let kept: PostId[] = []
  let least = seam

  const keep = (id: PostId): void => {
    kept.push(id)
    if (kept.length < roomMax) return
    kept = newestDistinct(kept, limit + 1)
    // One more than the limit stays, as evidence that the seam was not reached.
    least = kept[limit] ?? least
  }

  for (const { ids } of sources) {
    if ('below' in ids) {
      let taken = 0
      for (const id of ids.below(before)) {
        if (compareIds(id, least) <= 0 || taken > limit) break
        keep(id)
        taken += 1
      }
      continue
    }
    for (const id of ids) {
      if (compareIds(id, least) <= 0) continue
      if (before !== undefined && compareIds(id, before) >= 0) continue
      keep(id)
    }
  }

  kept = newestDistinct(kept, limit + 1)
  return { ids: kept.slice(0, limit), next: kept[limit], seam }
}

/** Beyond a source's floor it may lack posts; beyond the highest, some source does. */
function highestFloor(sources: readonly MergeSource[]): PostId {
  let highest = THE_BEGINNING
  for (const { floor } of sources) if (compareIds(floor, highest) > 0) highest = floor
  return highest
}

function newestDistinct(ids: PostId[], max: number): PostId[] {
  ids.sort(newestFirst)
  const distinct: PostId[] = []
  for (const id of ids) {
    if (id === distinct.at(-1)) continue
    if (distinct.push(id) === max) break
  }
  return distinct
}
