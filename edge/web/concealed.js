/**
 * What this reader no longer wants to see, known here before any page says so. A page that was under
 * way when an author was blocked still names them; this is why such a post does not come back.
 *
 * @typedef {import('./wire.js').FeedItem} Item
 * @typedef {ReturnType<typeof concealed>} Concealed
 */
export function concealed() {
  /** @type {Set<string>} */
  const posts = new Set()
  /** @type {Set<string>} */
  const authors = new Set()
  /** @type {Set<string>} */
  const unfollowed = new Set()

  /** Gone for everybody. @param {Item} item */
  const isDeleted = ({ post }) => posts.has(post.id)

  return {
    isDeleted,

    /** Not in the feed of this reader. @param {Item} item */
    isHidden(item) {
      const authorId = item.post.author.id
      // What comes for another reason than the follow may stay after the follow has ended.
      return (
        isDeleted(item) ||
        authors.has(authorId) ||
        (unfollowed.has(authorId) && item.reason === 'follow')
      )
    },

    /** @param {string} id */
    post: (id) => void posts.add(id),

    /** @param {string} id @param {import('./wire.js').Relation} relation */
    author(id, { following, blocking, muting }) {
      put(authors, id, blocking === true || muting === true)
      put(unfollowed, id, following === false)
    },
  }
}

/** @param {Set<string>} set @param {string} id @param {boolean} isIn */
function put(set, id, isIn) {
  if (isIn) set.add(id)
  else set.delete(id)
}
