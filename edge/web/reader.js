import { authorActions } from './author-actions.js'
import { composer } from './composer.js'
import { concealed } from './concealed.js'
import { existing } from './element.js'
import { hiddenPeopleView } from './hidden-people-view.js'
import { homeView } from './home-view.js'
import { readerCommands } from './reader-commands.js'
import { postMenu } from './post-menu.js'
import { postView } from './post-view.js'
import { profileView } from './profile-view.js'
import { relations } from './relations.js'
import { RequestFailed } from './request-failed.js'
import { subjectOf, viewer } from './viewer.js'

const ID = /^[1-9]\d{0,18}$/

/**
 * The page of one who is signed in: which view is shown, and what a change means to all of them.
 *
 * @typedef {{ element: HTMLElement, list?: import('./post-list.js').PostList, relationChanged?: (authorId: string, relation: import('./wire.js').Relation) => void, dispose: () => void }} SideView
 *
 * @param {object} deps
 * @param {HTMLElement} deps.main
 * @param {import('./api.js').Api} deps.api
 * @param {import('./session.js').Session} deps.session
 * @param {import('./notices.js').Notices} deps.notices
 * @param {{ flip: () => void }} deps.strip
 * @param {string} deps.token
 * @param {() => void} deps.signOut
 */
export function reader({ main, api, session, notices, strip, token, signOut }) {
  const stop = new AbortController()
  const known = relations()
  const hidden = concealed()
  const me = viewer({ onChange: showAccount })
  const authors = authorActions({
    api,
    relations: known,
    concealed: hidden,
    notices,
    onChange: relationChanged,
  })
  const writing = composer({
    api,
    session,
    newKey: () => crypto.randomUUID(),
    onPosted,
    onEdited,
    signal: stop.signal,
  })
  const menuFor = postMenu({
    api,
    viewer: me,
    relations: known,
    authors,
    concealed: hidden,
    notices,
    edit: writing.open,
    onDeleted: () => lists().forEach((list) => list.reconcile()),
  })
  /** @param {import('./wire.js').FeedItem} item */
  const view = (item) => postView(item, menuFor)
  const home = homeView({
    api,
    session,
    relations: known,
    viewer: me,
    concealed: hidden,
    notices,
    view,
  })
  /** @type {SideView | undefined} */
  let side
  let homeScrollY = 0

  const lists = () => [home.list, ...(side?.list === undefined ? [] : [side.list])]

  /** @param {import('./wire.js').Post} post */
  function onPosted(post) {
    me.learn(post.author)
    home.list.prepend({ post, reason: 'own' })
    if (location.hash === `#/users/${post.author.id}`) side?.list?.prepend({ post, reason: 'own' })
    window.scrollTo({ top: 0 })
    notices.say('Your post is published.')
  }

  /** @param {import('./wire.js').Post} post */
  function onEdited(post) {
    for (const list of lists()) list.replace(post)
    notices.say('Your post is changed.')
  }

  /** @param {string} authorId */
  function relationChanged(authorId) {
    for (const list of lists()) list.reconcile()
    side?.relationChanged?.(authorId, known.of(authorId))
  }

  /** Home stays as it was while another view is open: its place, its posts. */
  function route() {
    const next = sideView()
    if (side === undefined) homeScrollY = window.scrollY
    side?.dispose()
    side = next
    home.element.hidden = next !== undefined
    main.replaceChildren(home.element, ...(next === undefined ? [] : [next.element]))
    if (next === undefined) document.title = 'Headwater'
    window.scrollTo({ top: next === undefined ? homeScrollY : 0 })
    // A screen reader, and Tab, go on in the view that was opened.
    main.focus({ preventScroll: true })
  }

  /** @returns {SideView | undefined} */
  function sideView() {
    const userId = /^#\/users\/(\d+)$/.exec(location.hash)?.[1]
    if (userId !== undefined)
      return profileView(userId, {
        api,
        viewer: me,
        relations: known,
        authors,
        concealed: hidden,
        view,
      })
    if (location.hash === '#/hidden') return hiddenPeopleView({ api, authors })
    return undefined
  }

  /** @param {import('./wire.js').UserBrief | undefined} brief */
  function showAccount(brief) {
    existing('account', HTMLButtonElement).textContent =
      brief === undefined ? 'Account' : `@${brief.handle}`
    side?.relationChanged?.(brief?.id ?? '', {})
  }

  /** The feed does not wait for it: without it own posts lack their menu until one has told. */
  async function learnWhoIAm() {
    const subject = subjectOf(token) ?? 'me'
    try {
      me.learn(await api.user(ID.test(subject) ? subject : 'me', stop.signal))
    } catch (error) {
      if (!(error instanceof RequestFailed) && !stop.signal.aborted) throw error
    }
  }

  readerCommands({ signal: stop.signal, home, me, writing, notices, strip, signOut })
  route()
  home.list.restart()
  void learnWhoIAm()

  return {
    route,
    dispose() {
      stop.abort()
      side?.dispose()
      side = undefined
      home.list.dispose()
      writing.close()
      me.forget()
    },
  }
}
