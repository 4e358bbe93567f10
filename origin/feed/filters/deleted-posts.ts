import type { Filter } from '../stages.ts'

/** A tombstone has no text. A post that no store knows was erased, or never came to be. */
export const deletedPosts: Filter = {
  name: 'deleted-posts',
  keeps: ({ fragment }) => fragment?.json !== undefined,
}
