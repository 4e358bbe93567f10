import type { UserId } from '../../shared/ids.ts'
import { keys } from '../../shared/keys.ts'
import type { ListStore, Warming } from '../ports/list-store.ts'
import type { Truth } from '../ports/truth.ts'
import { requireUser } from './known-user.ts'
import type { Warmer } from './warm.ts'

export interface RebuildTimelineDeps {
  readonly lists: Pick<ListStore, 'drop' | 'read'>
  readonly truth: Pick<Truth, 'users'>
  readonly warmer: Pick<Warmer, 'timeline'>
}

export interface Rebuilt {
  readonly warming: Warming
  readonly posts: number
}

/** Drops one viewer's timeline and warms it. Meanwhile its pages come from Postgres. Throws USER_NOT_FOUND. */
export const rebuildTimeline =
  ({ lists, truth, warmer }: RebuildTimelineDeps) =>
  async (viewer: UserId): Promise<Rebuilt> => {
    await requireUser(viewer, truth)
    await lists.drop([keys.timeline(viewer)])
    const warming = await warmer.timeline(viewer)
    const list = await lists.read(keys.timeline(viewer))
    return { warming, posts: new Set(list?.ids).size }
  }
