import type { Filter } from '../stages.ts'

/** Posts by authors whom the viewer muted. An unknown relationship is dropped: fail closed. */
export const mutedAuthors: Filter = {
  name: 'muted-authors',
  keeps: ({ standing }) => standing !== undefined && !standing.muted,
}
