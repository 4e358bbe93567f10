import { element } from './element.js'
import { EMPTY_PAGES_MAX, LOOKAHEAD_PX } from './limits.js'
import { listFoot } from './list-foot.js'
import { shownPosts } from './shown-posts.js'
import { walk } from './walk.js'

/**
 * @typedef {import('./wire.js').FeedItem} Item
 *
 * @typedef {object} PostListDeps
 * @property {string} label
 * @property {string} emptyWords
 * @property {string} endWords
 * @property {(cursor: string | null, signal: AbortSignal) => Promise<import('./wire.js').ItemPage>} load
 * @property {(item: Item) => HTMLElement} view
 * @property {(item: Item) => boolean} hides
 *
 * @typedef {ReturnType<typeof postList>} PostList
 */

/** A list of posts that goes on while it is scrolled. @param {PostListDeps} deps */
export function postList({ label, emptyWords, endWords, load, view, hides }) {
  const shown = shownPosts({ label, view, hides })
  const foot = listFoot({ emptyWords, endWords })
  const sentinel = element('div', { class: 'sentinel', 'aria-hidden': 'true' })
  const root = element('section', {}, shown.element, foot.element, sentinel)
  let current = newWalk()
  let isLoading = false

  const observer = new IntersectionObserver(
    (seen) => void (seen.at(-1)?.isIntersecting && foot.goesOnByItself() && more()),
    { rootMargin: `${LOOKAHEAD_PX}px 0px` },
  )
  observer.observe(sentinel)

  /** A walk and what ends it: pages of an abandoned walk must not reach the list. */
  function newWalk() {
    const stop = new AbortController()
    const path = walk(async (cursor) => {
      const { items, nextCursor } = await load(cursor, stop.signal)
      return { entries: items, nextCursor }
    })
    return { path, stop }
  }

  /** @param {ReturnType<typeof newWalk>} next */
  function change(next) {
    current.stop.abort()
    current = next
    isLoading = false
    shown.clear()
  }

  /** Loads a page with posts on it, and more while the end of the list is near. */
  async function more() {
    const { path, stop } = current
    if (isLoading || path.ended) return
    isLoading = true
    shown.busy(true)
    foot.loading(shown.isEmpty())
    let isLonger = false
    try {
      isLonger = await append(path, stop.signal)
      if (!stop.signal.aborted) rest()
    } catch (error) {
      if (!stop.signal.aborted) foot.failed(error, goOn, restart)
    }
    if (stop.signal.aborted) return
    isLoading = false
    shown.busy(false)
    if (isLonger) lookAgain()
  }

  /**
   * Whether posts came: of empty pages it takes a few.
   *
   * @param {ReturnType<typeof newWalk>['path']} path
   * @param {AbortSignal} signal
   */
  async function append(path, signal) {
    for (let pages = 0; pages < EMPTY_PAGES_MAX && !path.ended; pages += 1) {
      const items = await path.next()
      if (signal.aborted) return false
      shown.append(items)
      if (items.length > 0) return true
    }
    return false
  }

  /**
   * The observer reports only changes from one frame to the next, and would not see that the end has
   * gone and come back between two. Observed anew, it reports how things are.
   */
  function lookAgain() {
    observer.unobserve(sentinel)
    observer.observe(sentinel)
  }

  const goOn = () => void more()
  const rest = () =>
    foot.resting({ ended: current.path.ended, isEmpty: shown.isEmpty(), more: goOn })

  /** From the newest again, with a blank list. */
  function restart() {
    change(newWalk())
    goOn()
  }

  return {
    element: root,
    restart,

    /** From the newest again. What is shown stays until the new is there, or when it does not come. */
    async refresh() {
      const before = current
      const next = newWalk()
      shown.busy(true)
      try {
        const items = await next.path.next()
        if (current !== before) return
        change(next)
        shown.append(items)
        rest()
      } finally {
        if (!isLoading) shown.busy(false)
      }
      lookAgain()
    },

    reconcile() {
      shown.reconcile()
      if (!isLoading && foot.goesOnByItself()) rest()
    },

    /** @param {Item} item */
    prepend(item) {
      current.path.claim(item.post.id)
      shown.prepend(item)
      if (!isLoading && foot.goesOnByItself()) rest()
    },

    /** @param {import('./wire.js').Post} post */
    replace: (post) => shown.replace(post),

    dispose() {
      current.stop.abort()
      observer.disconnect()
      foot.dispose()
    },
  }
}
