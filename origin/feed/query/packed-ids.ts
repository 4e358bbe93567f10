import type { NewestFirst } from '../../../shared/feed/merge.ts'
import type { PostId } from '../../../shared/ids.ts'
import { FEED_PAGE_POSTS_MAX } from '../../../shared/limits.ts'

/** Ids newest first, each once, at eight bytes each: as text they take six times as much, so few have theirs. */
export interface PackedIds extends NewestFirst {
  readonly size: number
  with(more: readonly PostId[]): PackedIds
}

export const packedIds = (ids: readonly PostId[]): PackedIds =>
  packed(BigUint64Array.from(new Set(ids.map(BigInt))).sort())

/** As many of the newest as a page of the largest size looks at: those are asked for again and again. */
const TEXTS_KEPT = FEED_PAGE_POSTS_MAX + 1

/** Oldest first within, as arrays of numbers sort themselves. */
function packed(ascending: BigUint64Array): PackedIds {
  const newest: PostId[] = []
  /** The one behind so many newer ones. */
  function idAt(place: number): PostId {
    const known = newest[place]
    if (known !== undefined) return known
    const id = String(ascending[ascending.length - 1 - place]) as PostId
    if (place === newest.length && place < TEXTS_KEPT) newest.push(id)
    return id
  }
  function* below(bound: PostId | undefined): Generator<PostId> {
    const older = bound === undefined ? ascending.length : firstAtOrAbove(ascending, BigInt(bound))
    for (let place = ascending.length - older; place < ascending.length; place += 1) {
      yield idAt(place)
    }
  }
  return {
    size: ascending.length,
    below,
    [Symbol.iterator]: () => below(undefined),
    with(more) {
      if (more.length === 0) return packed(ascending)
      return packed(BigUint64Array.from(new Set([...ascending, ...more.map(BigInt)])).sort())
    },
  }
}

function firstAtOrAbove(ascending: BigUint64Array, bound: bigint): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? 0n) < bound) low = middle + 1
    else high = middle
  }
  return low
}
