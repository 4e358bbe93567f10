import type { Horizon } from '../../shared/horizon.ts'
import type { Memory } from '../cache/memory.ts'
import type { Shelf, Wanted } from '../cache/shelf.ts'
import type { Found, Wants } from './wants.ts'

/**
 * Takes from L1 what it may serve. What the invalidation log speaks of is as true as the lease says; the
 * lists age, and the page knows no more than they had: these horizons are answered.
 */
export function recall(
  memory: Memory,
  wants: Wants,
  at: Wanted | undefined,
  into: Found,
): readonly Horizon[] {
  if (at === undefined) return []
  const horizons: Horizon[] = []

  function from<Id extends string, Value>(
    shelf: Shelf<Id, Value>,
    ids: readonly Id[] | undefined,
    found: Map<Id, Value>,
    ages: boolean,
  ): void {
    for (const id of ids ?? []) {
      const kept = shelf.find(id, at as Wanted)
      if (kept === undefined) continue
      found.set(id, kept.value)
      if (ages) horizons.push(kept.stamp.has)
    }
  }

  from(memory.viewers, wants.viewers, into.viewers, false)
  from(memory.posts, wants.posts, into.posts, false)
  // Profiles and counts may be a minute old; a token finds only those whose stamp has it.
  from(memory.users, wants.users, into.users, false)
  from(memory.counts, wants.counts, into.counts, false)
  from(memory.authorLists, wants.authorLists, into.authorLists, true)
  return horizons
}

/** What is wanted and not yet found. */
export const remaining = (wants: Wants, found: Found): Wants => ({
  viewers: wants.viewers?.filter((id) => !found.viewers.has(id)) ?? [],
  posts: wants.posts?.filter((id) => !found.posts.has(id)) ?? [],
  users: wants.users?.filter((id) => !found.users.has(id)) ?? [],
  counts: wants.counts?.filter((id) => !found.counts.has(id)) ?? [],
  authorLists: wants.authorLists?.filter((id) => !found.authorLists.has(id)) ?? [],
  ...(wants.timeline === undefined || found.timeline !== undefined
    ? {}
    : { timeline: wants.timeline }),
  ...(wants.session === undefined || found.session !== undefined ? {} : { session: wants.session }),
  pulled: wants.pulled === true && found.pulled === undefined,
})

/** What is wanted and was not asked for. */
export const unasked = (wants: Wants, asked: Wants): Wants => ({
  viewers: except(wants.viewers, asked.viewers),
  posts: except(wants.posts, asked.posts),
  users: except(wants.users, asked.users),
  counts: except(wants.counts, asked.counts),
  authorLists: except(wants.authorLists, asked.authorLists),
})

const except = <Id>(ids: readonly Id[] = [], others: readonly Id[] = []): readonly Id[] =>
  ids.filter((id) => !others.includes(id))
