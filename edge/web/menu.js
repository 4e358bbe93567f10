import { element } from './element.js'

/** @typedef {{ label: string, run: () => void, danger?: boolean } | 'line'} MenuItem */

/**
 * A button that opens a menu. The items are asked for on opening, since what can be done changes.
 * Arrows, Home, End, Escape, Tab and first letters work as in any menu.
 *
 * @param {HTMLButtonElement} button
 * @param {() => MenuItem[]} itemsNow
 * @param {AbortSignal} [signal] detaches it
 */
export function attachMenu(button, itemsNow, signal) {
  const until = signal === undefined ? {} : { signal }
  button.setAttribute('aria-haspopup', 'menu')
  button.setAttribute('aria-expanded', 'false')
  /** @type {HTMLElement | undefined} */
  let open

  /** @param {boolean} refocus */
  function close(refocus) {
    if (open === undefined) return
    open.remove()
    open = undefined
    button.setAttribute('aria-expanded', 'false')
    document.removeEventListener('pointerdown', closeOutside, true)
    if (refocus) button.focus()
  }

  /** @param {PointerEvent} event */
  function closeOutside(event) {
    if (
      event.target instanceof Node &&
      (open?.contains(event.target) || button.contains(event.target))
    )
      return
    close(false)
  }

  function show() {
    open = menuOf(itemsNow(), close)
    // Beside the button in reading order, so that Tab goes on from there.
    button.after(open)
    place(open, button)
    button.setAttribute('aria-expanded', 'true')
    document.addEventListener('pointerdown', closeOutside, true)
    itemsOf(open)[0]?.focus({ preventScroll: true })
  }

  signal?.addEventListener('abort', () => close(false))
  button.addEventListener('click', () => (open === undefined ? show() : close(true)), until)
  button.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'ArrowDown' || open !== undefined) return
      event.preventDefault()
      show()
    },
    until,
  )
}

/** @param {MenuItem[]} items @param {(refocus: boolean) => void} close */
function menuOf(items, close) {
  const menu = element('div', { class: 'menu', role: 'menu' })
  for (const item of items) {
    if (item === 'line') {
      menu.append(element('div', { role: 'separator' }))
      continue
    }
    const run = () => {
      close(true)
      item.run()
    }
    const { label, danger } = item
    menu.append(
      element(
        'button',
        { type: 'button', role: 'menuitem', tabindex: -1, class: danger && 'danger', onclick: run },
        label,
      ),
    )
  }
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Tab') return close(false)
    if (event.key === 'Escape') close(true)
    else if (!moveFocus(menu, event.key)) return
    event.preventDefault()
    event.stopPropagation()
  })
  return menu
}

/** @param {HTMLElement} menu */
const itemsOf = (menu) => [
  .../** @type {NodeListOf<HTMLElement>} */ (menu.querySelectorAll('[role=menuitem]')),
]

/** @param {HTMLElement} menu @param {string} key */
function moveFocus(menu, key) {
  const items = itemsOf(menu)
  const at = items.findIndex((item) => item === document.activeElement)
  const to = targetOf(items, at, key)
  items[to]?.focus()
  return to >= 0
}

/** @param {HTMLElement[]} items @param {number} at @param {string} key */
function targetOf(items, at, key) {
  if (key === 'ArrowDown') return (at + 1) % items.length
  if (key === 'ArrowUp') return (at - 1 + items.length) % items.length
  if (key === 'Home') return 0
  if (key === 'End') return items.length - 1
  if (key.length !== 1) return -1
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  const found = after.find((item) => item.textContent.toLowerCase().startsWith(key.toLowerCase()))
  return found === undefined ? -1 : items.indexOf(found)
}

/** Above the button when there is no room below it. @param {HTMLElement} menu @param {HTMLElement} button */
function place(menu, button) {
  const below = window.innerHeight - button.getBoundingClientRect().bottom
  menu.classList.toggle('above', below < menu.offsetHeight + 56)
}
