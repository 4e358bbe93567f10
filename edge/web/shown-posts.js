import { element } from './element.js'

/**
 * The posts of one list on screen, in order. A hidden one keeps its place, so that Undo can show it
 * there again.
 *
 * @typedef {import('./wire.js').FeedItem} Item
 * @typedef {{ item: Item, node: HTMLElement }} Entry
 *
 * @param {object} deps
 * @param {string} deps.label what a screen reader calls the list
 * @param {(item: Item) => HTMLElement} deps.view
 * @param {(item: Item) => boolean} deps.hides
 */
export function shownPosts({ label, view, hides }) {
  const list = element('div', { class: 'posts', role: 'feed', 'aria-label': label })
  /** @type {Entry[]} */
  let entries = []

  /** @param {Item} item @returns {Entry} */
  const entryOf = (item) => ({ item, node: view(item) })

  /** A keyboard reader goes on at the next post, not at the top of the page. @param {number} index */
  function focusNear(index) {
    const isShown = (/** @type {Entry} */ { node }) => node.isConnected
    const target = entries.slice(index).find(isShown) ?? entries.slice(0, index).findLast(isShown)
    target?.node.focus()
  }

  return {
    element: list,
    isEmpty: () => list.childElementCount === 0,

    clear() {
      entries = []
      list.replaceChildren()
    },

    /** @param {boolean} isBusy */
    busy: (isBusy) => list.setAttribute('aria-busy', String(isBusy)),

    /** @param {Item[]} items */
    append(items) {
      const added = items.map(entryOf)
      entries.push(...added)
      list.append(...added.filter(({ item }) => !hides(item)).map(({ node }) => node))
    },

    /** @param {Item} item */
    prepend(item) {
      if (entries.some((entry) => entry.item.post.id === item.post.id)) return
      const entry = entryOf(item)
      entries.unshift(entry)
      list.prepend(entry.node)
    },

    /** @param {import('./wire.js').Post} post */
    replace(post) {
      const entry = entries.find(({ item }) => item.post.id === post.id)
      if (entry === undefined) return
      const hadFocus = entry.node.contains(document.activeElement)
      entry.item = { ...entry.item, post }
      const node = view(entry.item)
      entry.node.replaceWith(node)
      entry.node = node
      if (hadFocus) node.focus()
    },

    /** Takes away what is hidden by now, and shows what no longer is, each at its place. */
    reconcile() {
      const focused = entries.findIndex(({ node }) => node.contains(document.activeElement))
      /** @type {Node | null} */
      let below = null
      for (const { item, node } of entries.toReversed()) {
        if (hides(item)) {
          node.remove()
          continue
        }
        if (!node.isConnected || node.nextSibling !== below) list.insertBefore(node, below)
        below = node
      }
      if (focused >= 0 && entries[focused]?.node.isConnected === false) focusNear(focused)
    },
  }
}
