/**
 * What is known of this reader and each author. A post does not say whether its author is followed,
 * so it is gathered from what the feed, a profile and the answers to writes say.
 *
 * @typedef {ReturnType<typeof relations>} Relations
 */
export function relations() {
  /** @type {Map<string, import('./wire.js').Relation>} */
  const known = new Map()
  return {
    /** @param {string} authorId @returns {import('./wire.js').Relation} */
    of: (authorId) => known.get(authorId) ?? {},

    /** @param {string} authorId @param {import('./wire.js').Relation} more */
    learn: (authorId, more) => void known.set(authorId, { ...known.get(authorId), ...more }),
  }
}
