import type { Filter } from '../stages.ts'

/** A block ends the follow, so this one seldom bites; an unknown relationship is dropped: fail closed. */
export const blockedAuthors: Filter = {
  name: 'blocked-authors',
  keeps: ({ standing }) => standing !== undefined && !standing.blocked,
}
