import { element } from './element.js'
import { postList } from './post-list.js'

/** @typedef {ReturnType<typeof homeView>} HomeView */

/** @type {readonly { mode: import('./wire.js').Mode, label: string, title: string }[]} */
const MODES = [
  { mode: 'ranked', label: 'Ranked', title: 'What matters most, first' },
  { mode: 'latest', label: 'Latest', title: 'Newest first' },
]

/**
 * The home feed in its two modes.
 *
 * @param {object} deps
 * @param {import('./api.js').Api} deps.api
 * @param {import('./session.js').Session} deps.session
 * @param {import('./relations.js').Relations} deps.relations
 * @param {import('./viewer.js').Viewer} deps.viewer
 * @param {import('./concealed.js').Concealed} deps.concealed
 * @param {import('./notices.js').Notices} deps.notices
 * @param {(item: import('./wire.js').FeedItem) => HTMLElement} deps.view
 */
export function homeView({ api, session, relations, viewer, concealed, notices, view }) {
  const list = postList({
    label: 'Home feed',
    emptyWords: 'Nothing here yet. Follow somebody, or write the first post.',
    endWords: 'That is everything, back to the first post.',
    async load(cursor, signal) {
      const page = await api.feed(session.mode(), cursor, signal)
      for (const item of page.items) learn(item)
      return page
    },
    view,
    hides: (item) => concealed.isHidden(item),
  })

  /** @param {import('./wire.js').FeedItem} item */
  function learn({ post, reason }) {
    if (reason === 'own') viewer.learn(post.author)
    if (reason === 'follow') relations.learn(post.author.id, { following: true })
  }

  const buttons = MODES.map(({ mode, label, title }) =>
    element(
      'button',
      { type: 'button', title, onclick: () => choose(mode), 'data-mode': mode },
      label,
    ),
  )
  const refreshButton = element(
    'button',
    {
      type: 'button',
      class: 'button quiet',
      title: 'Read the newest posts (r)',
      onclick: () => void refresh(),
    },
    'Refresh',
  )

  function mark() {
    for (const button of buttons)
      button.setAttribute('aria-pressed', String(button.dataset['mode'] === session.mode()))
  }

  /** @param {import('./wire.js').Mode} mode */
  function choose(mode) {
    if (mode === session.mode()) return
    session.choose(mode)
    mark()
    window.scrollTo({ top: 0 })
    list.restart()
  }

  async function refresh() {
    refreshButton.disabled = true
    try {
      window.scrollTo({ top: 0 })
      await list.refresh()
    } catch (error) {
      notices.fail('The newest posts did not come.', error)
    } finally {
      refreshButton.disabled = false
    }
  }

  mark()
  const root = element(
    'div',
    { class: 'view' },
    element('h1', { class: 'unseen' }, 'Home'),
    element(
      'div',
      { class: 'toolbar' },
      element(
        'div',
        { class: 'segments', role: 'group', 'aria-label': 'Order of the feed' },
        ...buttons,
      ),
      element('span', { class: 'spring' }),
      refreshButton,
    ),
    list.element,
  )
  return { element: root, list, refresh }
}
