import type { Filter } from '../stages.ts'

/** Posts of others that Redis has before the process has heard of them: the next page shows them. */
export const unheardPosts: Filter = {
  name: 'unheard-posts',
  keeps: ({ isUnheard }) => isUnheard !== true,
}
