import type { Horizon, Token } from '../../shared/horizon.ts'
import type { Tag } from '../../shared/invalidation.ts'
import type { Now } from '../../shared/time.ts'
import type { Checks } from './checks.ts'
import type { HeardVersions } from './heard.ts'
import type { Sieve } from './sieve.ts'

/** What a value's read had, noted before the read began. */
export interface Stamp {
  /** The isolate's place in the region's log. */
  readonly place: number
  /** The lease's horizon, or the lower one of the watermark that the value lay under. */
  readonly has: Horizon
  /** When the read was sent, by the isolate's own clock. */
  readonly sentAtMs: number
}

export interface Kept<Value> {
  readonly value: Value
  readonly stamp: Stamp
}

/** Under which listening, and for whom, an entry is wanted. */
export interface Wanted {
  /** Where the isolate began to listen to the region: what was read before it may have missed something. */
  readonly start: number
  readonly token: Token | undefined
  /** Longer than the shelf's own bound only for what is served stale, and says so. */
  readonly ageMsMax?: number
}

/** Entries of one kind in the memory cache. */
export interface Shelf<Id extends string, Value> {
  find(id: Id, wanted: Wanted): Kept<Value> | undefined
  keep(id: Id, kept: Kept<Value>): void
  forget(id: Id): void
}

export interface ShelfKind<Id extends string, Value> {
  readonly prefix: string
  readonly ageMsMax: number
  readonly bytesOf: (value: Value) => number
  /** Of what the invalidation log speaks of; absent for the rest, which only age. */
  readonly versionOf?: (id: Id, value: Value) => { readonly tag: Tag; readonly version: number }
}

export interface ShelfDeps {
  readonly entries: Sieve<unknown>
  readonly heard: HeardVersions
  readonly checks: Checks
  readonly now: Now
}

/** Several shelves share one bound of bytes: what is hot decides, not what kind it is. */
export function shelf<Id extends string, Value>(
  { prefix, ageMsMax, bytesOf, versionOf }: ShelfKind<Id, Value>,
  { entries, heard, checks, now }: ShelfDeps,
): Shelf<Id, Value> {
  const isCurrent = (id: Id, value: Value): boolean => {
    const versioned = versionOf?.(id, value)
    return (
      versioned === undefined || checks.versionHolds(versioned.version, heard.of(versioned.tag))
    )
  }

  return {
    find(id, wanted) {
      const kept = entries.get(prefix + id) as Kept<Value> | undefined
      if (kept === undefined) return undefined
      const ageMs = now() - kept.stamp.sentAtMs
      if (ageMs < 0 || ageMs > (wanted.ageMsMax ?? ageMsMax)) return undefined
      if (kept.stamp.place < wanted.start) return undefined
      if (!checks.tokenHolds(kept.stamp.has, wanted.token)) return undefined
      return isCurrent(id, kept.value) ? kept : undefined
    },
    keep(id, kept) {
      if (isCurrent(id, kept.value)) entries.set(prefix + id, kept, bytesOf(kept.value))
    },
    forget: (id) => entries.delete(prefix + id),
  }
}
