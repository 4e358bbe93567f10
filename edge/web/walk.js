/**
 * @template Entry
 * @typedef {{ entries: Entry[], nextCursor: string | null }} Page
 */

/**
 * One walk through a paged list, from the newest to the end. A post that is already shown, because
 * it was written here or because a page was repeated, is not returned again.
 *
 * @template {{ post: { id: string } }} Entry
 * @param {(cursor: string | null) => Promise<Page<Entry>>} load
 */
export function walk(load) {
  /** @type {string | null} */
  let cursor = null
  let ended = false
  /** @type {Set<string>} */
  const shown = new Set()
  return {
    get ended() {
      return ended
    },

    /** For a post that got into the list by another way. @param {string} id */
    claim: (id) => void shown.add(id),

    /** A failure leaves the place as it was: the same page is asked for again. */
    async next() {
      const page = await load(cursor)
      cursor = page.nextCursor
      ended = cursor === null
      return page.entries.filter(({ post }) => {
        if (shown.has(post.id)) return false
        shown.add(post.id)
        return true
      })
    },
  }
}
