import type { UserId } from '../../shared/ids.ts'
import { keys } from '../../shared/keys.ts'
import type { ListStore, Warming } from '../ports/list-store.ts'
import type { Truth } from '../ports/truth.ts'
import type { PostgresBudget } from './postgres-budget.ts'

export interface WarmDeps {
  readonly lists: Pick<ListStore, 'warm'>
  readonly truth: Pick<Truth, 'timeline' | 'authorList'>
  readonly budget: PostgresBudget
  readonly postsMax: () => number
}

export interface Warmer {
  timeline(viewer: UserId): Promise<Warming>
  authorList(author: UserId): Promise<Warming>
}

/**
 * Makes a list from Postgres on demand. The place in the budget comes first: who was fenced and then
 * turned away would keep everybody else from the list until its `W` expires.
 */
export const warmer = ({ lists, truth, budget, postsMax }: WarmDeps): Warmer => ({
  timeline: (viewer) =>
    budget.run(() => lists.warm(keys.timeline(viewer), () => truth.timeline(viewer, postsMax()))),
  authorList: (author) =>
    budget.run(() =>
      lists.warm(keys.authorList(author), () => truth.authorList(author, postsMax())),
    ),
})
