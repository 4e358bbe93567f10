import type { Filter } from '../stages.ts'

/** Posts of people whom the viewer follows now, and its own. An author who is unknown is dropped: fail closed. */
export const ownAndFollowed: Filter = {
  name: 'own-and-followed',
  keeps: ({ standing }) => standing !== undefined && (standing.own || standing.followed),
}
