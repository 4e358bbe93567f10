import { avatar } from './avatar.js'
import { element } from './element.js'
import { postList } from './post-list.js'
import { RequestFailed } from './request-failed.js'
import { trouble } from './trouble.js'

/** @typedef {ReturnType<typeof profileView>} ProfileView */

const figures = new Intl.NumberFormat('en')
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })

/**
 * One person, what is between them and the reader, and their posts.
 *
 * @param {string} userId
 * @param {object} deps
 * @param {import('./api.js').Api} deps.api
 * @param {import('./viewer.js').Viewer} deps.viewer
 * @param {import('./relations.js').Relations} deps.relations
 * @param {import('./author-actions.js').AuthorActions} deps.authors
 * @param {import('./concealed.js').Concealed} deps.concealed
 * @param {(item: import('./wire.js').FeedItem) => HTMLElement} deps.view
 */
export function profileView(userId, { api, viewer, relations, authors, concealed, view }) {
  const head = element('div', { class: 'profile' })
  const list = postList({
    label: 'Posts of this person',
    emptyWords: 'No posts yet.',
    endWords: 'That is everything, back to the first post.',
    async load(cursor, signal) {
      const { items, nextCursor } = await api.postsOf(userId, cursor, signal)
      return { items: items.map((post) => ({ post })), nextCursor }
    },
    view,
    // A muted author leaves the feed, not the profile.
    hides: concealed.isDeleted,
  })
  const postsPlace = element('div', {})
  const root = element(
    'div',
    { class: 'view' },
    element('p', { class: 'toolbar' }, element('a', { href: '#/', class: 'back' }, '← Home')),
    head,
    postsPlace,
  )
  /** @type {import('./wire.js').User | undefined} */
  let user
  let dispose = () => {}
  let isAbsent = false
  const stop = new AbortController()

  async function load() {
    dispose()
    head.replaceChildren(
      element('div', { class: 'profile-skeleton skeleton', 'aria-hidden': 'true' }),
    )
    try {
      user = await api.user(userId, stop.signal)
    } catch (error) {
      if (!stop.signal.aborted) fail(error)
      return
    }
    isAbsent = false
    if (user.viewer !== undefined) relations.learn(userId, user.viewer)
    show()
    postsPlace.replaceChildren(list.element)
    list.restart()
  }

  /** @param {unknown} error */
  function fail(error) {
    if (error instanceof RequestFailed && error.status === 404) return showAbsent()
    const panel = trouble(error, { retry: () => void load() })
    dispose = panel.dispose
    head.replaceChildren(panel.element)
  }

  /** A blocked person's profile is a 404 too, so the way back from a block must be here. */
  function showAbsent() {
    isAbsent = true
    const stranger = user ?? {
      id: userId,
      handle: '',
      name: 'This person',
      avatarUrl: null,
      verified: false,
    }
    head.replaceChildren(
      element('p', { class: 'headline' }, 'This profile is not here, or not for you to see.'),
      element('p', { class: 'faint' }, 'If you blocked this person, you can unblock them here.'),
      element(
        'button',
        { type: 'button', class: 'button', onclick: () => authors.unblock(stranger) },
        'Unblock',
      ),
    )
    postsPlace.replaceChildren()
  }

  function show() {
    if (user === undefined) return
    const { name, handle, bio, city, createdAt, counts = {}, verified } = user
    document.title = `${name} · Headwater`
    const joined = Number.isNaN(Date.parse(createdAt))
      ? undefined
      : `Joined ${day.format(Date.parse(createdAt))}`
    const followsBack = user.viewer?.followedBy === true && 'Follows you'
    head.replaceChildren(
      avatar(user, 'large'),
      element(
        'div',
        { class: 'profile-text' },
        element(
          'h1',
          { dir: 'auto' },
          name,
          verified && element('span', { class: 'verified', title: 'Verified' }, '✓'),
        ),
        element('p', { class: 'handle' }, `@${handle}`),
        bio ? element('p', { class: 'bio', dir: 'auto' }, bio) : undefined,
        element('p', { class: 'faint' }, [city, joined, followsBack].filter(Boolean).join(' · ')),
        element(
          'ul',
          { class: 'counts' },
          count(counts.posts, 'post', 'posts'),
          count(counts.followers, 'follower', 'followers'),
          count(counts.following, 'following', 'following'),
        ),
      ),
      buttons(user),
    )
  }

  /** @param {import('./wire.js').User} person */
  function buttons(person) {
    const row = element('div', { class: 'profile-actions' })
    if (viewer.is(userId)) return row
    const { following, blocking, muting } = relations.of(userId)
    /** @param {string} label @param {(author: import('./wire.js').UserBrief) => void} run @param {string} kind */
    const button = (label, run, kind) =>
      element(
        'button',
        { type: 'button', class: `button ${kind}`, onclick: () => run(person) },
        label,
      )
    if (blocking === true) {
      row.append(button('Unblock', authors.unblock, ''))
      return row
    }
    row.append(
      following === true
        ? button('Unfollow', authors.unfollow, '')
        : button('Follow', authors.follow, 'primary'),
      muting === true
        ? button('Unmute', authors.unmute, '')
        : button('Mute', authors.mute, 'quiet'),
      button('Block', authors.block, 'quiet'),
    )
    return row
  }

  void load()
  return {
    element: root,
    list,
    userId,

    /** After a follow, block or mute by this page. */
    relationChanged() {
      const { blocking } = relations.of(userId)
      if (isAbsent && blocking === false) return void load()
      show()
      if (blocking !== true) return
      isAbsent = true
      postsPlace.replaceChildren()
    },

    dispose() {
      stop.abort()
      dispose()
      list.dispose()
    },
  }
}

/** What is not counted is not shown. @param {number | undefined} value @param {string} one @param {string} many */
const count = (value, one, many) =>
  value !== undefined &&
  element('li', {}, element('b', {}, figures.format(value)), ` ${value === 1 ? one : many}`)
