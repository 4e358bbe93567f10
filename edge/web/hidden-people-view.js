import { avatar } from './avatar.js'
import { element } from './element.js'
import { trouble } from './trouble.js'

/** @typedef {import('./wire.js').UserBrief} UserBrief */

const LISTS = /** @type {const} */ ([
  {
    kind: 'blocks',
    title: 'Blocked',
    none: 'You have blocked nobody.',
    label: 'Unblock',
    undo: 'unblock',
  },
  {
    kind: 'mutes',
    title: 'Muted',
    none: 'You have muted nobody.',
    label: 'Unmute',
    undo: 'unmute',
  },
])

/**
 * Whom the reader has blocked or muted. A blocked person's profile is a 404, so this is the way back.
 *
 * @param {object} deps
 * @param {import('./api.js').Api} deps.api
 * @param {import('./author-actions.js').AuthorActions} deps.authors
 */
export function hiddenPeopleView({ api, authors }) {
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map()
  /** @type {Set<() => void>} */
  const disposers = new Set()

  /** @param {(typeof LISTS)[number]} list */
  function section({ kind, title, none, label, undo }) {
    const people = element('ul', { class: 'people' })
    const foot = element('div', { class: 'people-foot' })

    /** @param {string | null} cursor */
    async function load(cursor) {
      foot.replaceChildren(element('p', { class: 'faint' }, 'Loading …'))
      try {
        const { items, nextCursor } = await api.mine(kind, cursor)
        people.append(...items.map(person))
        foot.replaceChildren(...footOf(nextCursor))
      } catch (error) {
        const panel = trouble(error, { retry: () => void load(cursor) })
        disposers.add(panel.dispose)
        foot.replaceChildren(panel.element)
      }
    }

    /** @param {string | null} nextCursor */
    function footOf(nextCursor) {
      if (nextCursor === null)
        return people.childElementCount === 0 ? [element('p', { class: 'faint' }, none)] : []
      const onclick = () => void load(nextCursor)
      return [element('button', { type: 'button', class: 'button', onclick }, 'Load more')]
    }

    /** @param {UserBrief} user */
    function person(user) {
      const onclick = () => authors[undo](user)
      const row = element(
        'li',
        {},
        avatar(user),
        element('span', { class: 'name', dir: 'auto' }, user.name),
        element('span', { class: 'handle' }, `@${user.handle}`),
        element('button', { type: 'button', class: 'button', onclick }, label),
      )
      rows.set(`${kind}:${user.id}`, row)
      return row
    }

    void load(null)
    return element('section', {}, element('h2', {}, title), people, foot)
  }

  return {
    element: element(
      'div',
      { class: 'view' },
      element('p', { class: 'toolbar' }, element('a', { href: '#/', class: 'back' }, '← Home')),
      element('h1', { class: 'page-title' }, 'Blocked and muted'),
      ...LISTS.map(section),
    ),

    /** @param {string} authorId @param {import('./wire.js').Relation} relation */
    relationChanged(authorId, { blocking, muting }) {
      if (blocking === false) rows.get(`blocks:${authorId}`)?.remove()
      if (muting === false) rows.get(`mutes:${authorId}`)?.remove()
    },

    dispose: () => disposers.forEach((dispose) => dispose()),
  }
}
