import { confirmed } from './confirmed.js'

/**
 * What can be done with a post, by whose it is.
 *
 * @param {object} deps
 * @param {import('./api.js').Api} deps.api
 * @param {import('./viewer.js').Viewer} deps.viewer
 * @param {import('./relations.js').Relations} deps.relations
 * @param {import('./author-actions.js').AuthorActions} deps.authors
 * @param {import('./concealed.js').Concealed} deps.concealed
 * @param {import('./notices.js').Notices} deps.notices
 * @param {(post: import('./wire.js').Post) => void} deps.edit
 * @param {() => void} deps.onDeleted
 * @returns {import('./post-view.js').PostMenu}
 */
export function postMenu({ api, viewer, relations, authors, concealed, notices, edit, onDeleted }) {
  /** @param {import('./wire.js').Post} post */
  async function remove(post) {
    const isSure = await confirmed({
      title: 'Delete this post?',
      text: 'It vanishes for everybody and cannot be brought back.',
      yes: 'Delete',
    })
    if (!isSure) return
    try {
      await api.deletePost(post.id)
    } catch (error) {
      notices.fail('The post is still there.', error)
      return
    }
    concealed.post(post.id)
    onDeleted()
    notices.say('The post is deleted.')
  }

  return (post) => {
    if (viewer.is(post.author.id))
      return [
        { label: 'Edit', run: () => edit(post) },
        { label: 'Delete', run: () => void remove(post), danger: true },
      ]
    const { author } = post
    const { following, muting } = relations.of(author.id)
    const name = `@${author.handle}`
    return [
      { label: 'Open profile', run: () => (location.hash = `#/users/${author.id}`) },
      following === true
        ? { label: `Unfollow ${name}`, run: () => authors.unfollow(author) }
        : { label: `Follow ${name}`, run: () => authors.follow(author) },
      'line',
      muting === true
        ? { label: `Unmute ${name}`, run: () => authors.unmute(author) }
        : { label: `Mute ${name}`, run: () => authors.mute(author) },
      { label: `Block ${name}`, run: () => authors.block(author), danger: true },
    ]
  }
}
