import { existing } from './element.js'

/**
 * Asks before something that has no undo. Escape and closing mean no.
 *
 * @param {{ title: string, text: string, yes: string }} words
 * @returns {Promise<boolean>}
 */
export function confirmed({ title, text, yes }) {
  const dialog = existing('confirm', HTMLDialogElement)
  existing('confirm-title', HTMLElement).textContent = title
  existing('confirm-text', HTMLElement).textContent = text
  existing('confirm-yes', HTMLElement).textContent = yes
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}
