import { element } from './element.js'
import { inWords } from './in-words.js'
import { NOTICE_MS } from './limits.js'

/** @typedef {ReturnType<typeof notices>} Notices */

/**
 * One sentence at the foot of the window, with Undo where there is one. Only the newest is shown.
 *
 * @param {HTMLElement} place
 */
export function notices(place) {
  /** @type {(() => void) | undefined} */
  let undoLast
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  function clear() {
    clearTimeout(timer)
    undoLast = undefined
    place.replaceChildren()
  }

  /** @param {string} text @param {{ undo?: () => void, isFailure?: boolean }} [options] */
  function say(text, { undo, isFailure = false } = {}) {
    clear()
    const run = undo && (() => (clear(), undo()))
    undoLast = run
    const shown = element(
      'div',
      { class: isFailure ? 'notice failure' : 'notice' },
      element('span', {}, text),
      run && element('button', { type: 'button', class: 'link-button', onclick: run }, 'Undo'),
      element(
        'button',
        { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: clear },
        '×',
      ),
    )
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(clear, NOTICE_MS)
    }
    // Whoever reads it, or has the button under the finger, keeps it.
    for (const event of ['pointerenter', 'focusin'])
      shown.addEventListener(event, () => clearTimeout(timer))
    for (const event of ['pointerleave', 'focusout']) shown.addEventListener(event, wait)
    place.replaceChildren(shown)
    wait()
  }

  return {
    say,
    /** @param {string} what @param {unknown} error */
    fail(what, error) {
      const { headline, advice } = inWords(error)
      say(`${what} ${headline} ${advice}`.trim(), { isFailure: true })
    },
    undo: () => undoLast?.(),
  }
}
