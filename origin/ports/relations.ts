import type { UserId } from '../../shared/ids.ts'

/** What holds between one viewer and some others, as of one statement. */
export interface RelationsAmong {
  readonly follows: ReadonlySet<UserId>
  readonly blocks: ReadonlySet<UserId>
  readonly mutes: ReadonlySet<UserId>
}

/**
 * For the few whose viewer record is beyond its bounds: the truth about the authors of one page.
 *
 * Promise: one statement on the primary; `others` that do not exist are in no set.
 */
export interface Relations {
  among(viewer: UserId, others: readonly UserId[]): Promise<RelationsAmong>
}
