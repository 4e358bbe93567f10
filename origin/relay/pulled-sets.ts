import type { Tick } from '../../shared/events/tick.ts'
import { covers } from '../../shared/horizon.ts'
import type { UserId } from '../../shared/ids.ts'
import { PULLED_SET_AUTHORS_MAX } from '../../shared/limits.ts'
import type { PulledSet } from '../ports/invalidation-region.ts'
import type { Tail } from '../ports/tail.ts'

/**
 * The pulled set as of a tick; nothing while the tail is behind it, or for a tick that was done. Its version is
 * the tick at which it last changed: ticks are never numbered twice, so no two sets share one.
 */
export function pulledSets(
  tail: Pick<Tail, 'ready' | 'horizon' | 'pulledSet'>,
): (tick: Tick) => PulledSet | undefined {
  let published = new Set<UserId>()
  let version: number | undefined
  let lastTick = 0

  return ({ n, atMs, horizon }) => {
    if (n === lastTick || !tail.ready() || !covers(tail.horizon(), horizon)) return undefined
    lastTick = n
    const set = tail.pulledSet()
    if (version === undefined || !set.isSubsetOf(published) || set.size !== published.size) {
      published = new Set(set)
      version = n
    }
    // One more than the bound says that it is too large: readers then ask the origin.
    const authors = [...published].slice(0, PULLED_SET_AUTHORS_MAX + 1)
    return { stamp: { version, atMs, horizon }, authors }
  }
}
