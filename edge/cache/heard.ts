import type { Invalidation, Tag } from '../../shared/invalidation.ts'

/** The highest version that the isolate heard of a tag, and the transaction that made it. */
export interface Heard {
  readonly version: number
  readonly xid: number
}

export interface HeardVersions {
  hear(invalidation: Invalidation): void
  of(tag: Tag): Heard | undefined
  clear(): void
}

/**
 * What the invalidation logs of all regions said. It outlives the memory cache: a region may hand out the
 * lower version for as long as its watermark lags, which is far shorter than it takes to forget a tag here.
 */
export function heardVersions({ tagsMax }: { tagsMax: number }): HeardVersions {
  const byTag = new Map<Tag, Heard>()
  return {
    hear({ tag, version, xid }) {
      const before = byTag.get(tag)
      // Entries come in any order, and again from each region.
      if (before !== undefined && before.version >= version) return
      byTag.delete(tag)
      byTag.set(tag, { version, xid })
      if (byTag.size <= tagsMax) return
      const [first] = byTag.keys()
      if (first !== undefined) byTag.delete(first)
    },
    of: (tag) => byTag.get(tag),
    clear: () => byTag.clear(),
  }
}
