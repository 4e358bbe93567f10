import type { UserId } from '../../../shared/ids.ts'
import { keys } from '../../../shared/keys.ts'
import { WARMINGS_PER_READ_MAX } from '../../../shared/limits.ts'
import type { ListStore } from '../../ports/list-store.ts'
import type { Lacking } from '../stages.ts'

/** Makes lists that a reader missed, within the budget that warming shares with reads. */
export interface Warmer {
  timeline(viewer: UserId): Promise<unknown>
  authorList(author: UserId): Promise<unknown>
}

export interface WarmListsDeps {
  readonly warmer: Warmer
  readonly lists: Pick<ListStore, 'drop'>
}

/** One after the other: a reader who lacks hundreds of lists must not take the whole budget. */
export const warmLists =
  ({ warmer, lists }: WarmListsDeps) =>
  async (lacking: readonly Lacking[]): Promise<void> => {
    for (const { list, owner, outgrown } of lacking.slice(0, WARMINGS_PER_READ_MAX)) {
      // A valid list is left to its owner, so one that holds too little has to go first.
      if (outgrown === true) await lists.drop([keys.timeline(owner)])
      await (list === 'timeline' ? warmer.timeline(owner) : warmer.authorList(owner))
    }
  }
