/**
 * One-key commands, as readers of long lists know them. They are off while something is being typed,
 * chosen or confirmed, and with any modifier, so that no command of the browser is taken away.
 *
 * @param {Readonly<Record<string, () => void>>} commands
 * @param {AbortSignal} signal
 */
export function listenToKeys(commands, signal) {
  document.addEventListener('keydown', answer, { signal })

  /** @param {KeyboardEvent} event */
  function answer(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const at = event.target
    if (at instanceof Element && at.closest('input, textarea, select, dialog, [role=menu]')) return
    if (document.querySelector('dialog[open]') !== null) return
    const command = Object.hasOwn(commands, event.key) ? commands[event.key] : undefined
    if (command === undefined) return
    event.preventDefault()
    command()
  }
}

/** The post that has the focus, or holds what has it. */
export function focusedPost() {
  const post = document.activeElement?.closest('.post')
  return post instanceof HTMLElement ? post : undefined
}

/** From where the reader is: the focused post, or the first one on the screen. @param {1 | -1} step */
export function stepToPost(step) {
  const posts = [
    .../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('main .post[data-post]')),
  ]
  const shown = posts.filter((post) => post.offsetParent !== null)
  const at = shown.findIndex((post) => post === focusedPost())
  const target = at < 0 ? firstOnScreen(shown) : shown[at + step]
  target?.focus({ preventScroll: true })
  target?.scrollIntoView({ block: 'nearest' })
}

/** @param {HTMLElement[]} posts */
function firstOnScreen(posts) {
  const barHeight = document.getElementById('bar')?.offsetHeight ?? 0
  return posts.find((post) => post.getBoundingClientRect().top >= barHeight) ?? posts[0]
}
