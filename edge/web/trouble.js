import { element } from './element.js'
import { inWords } from './in-words.js'
import { AUTOMATIC_RETRIES_MAX, RETRY_AFTER_MS_MAX } from './limits.js'
import { RequestFailed } from './request-failed.js'

/**
 * What went wrong, in words, with a way on. A server that said when to come back is not asked before
 * then; a read comes back by itself at that moment, a write waits for its person.
 *
 * @typedef {{ label?: string, retry?: () => void, automatic?: boolean }} WayOn
 *
 * @param {unknown} error
 * @param {WayOn} wayOn
 * @returns {{ element: HTMLElement, dispose: () => void }}
 */
export function trouble(error, { label = 'Try again', retry, automatic = false }) {
  const { headline, advice } = inWords(error)
  const code = error instanceof RequestFailed ? [error.code, error.requestId].filter(Boolean) : []
  const button =
    retry && element('button', { type: 'button', class: 'button', onclick: retry }, label)
  const shown = element(
    'div',
    { class: 'trouble', role: 'alert' },
    element('p', { class: 'headline' }, headline),
    advice !== '' && element('p', {}, advice),
    code.length > 0 && element('p', { class: 'code' }, code.join(' · ')),
    button,
  )
  /** @type {(() => void)[]} */
  const disposers = []
  if (button !== undefined && retry !== undefined && error instanceof RequestFailed) {
    const { retryAfterMs, kind } = error
    if (retryAfterMs > 0)
      disposers.push(countDown(button, label, retryAfterMs, automatic ? retry : undefined))
    if (kind === 'offline' && automatic) disposers.push(whenOnline(retry))
  }
  return { element: shown, dispose: () => disposers.forEach((dispose) => dispose()) }
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} label
 * @param {number} waitMs
 * @param {(() => void) | undefined} atZero
 */
export function countDown(button, label, waitMs, atZero) {
  const endsAt = Date.now() + waitMs
  button.disabled = true
  const timer = setInterval(tick, 250)
  tick()
  return () => clearInterval(timer)

  function tick() {
    const leftMs = endsAt - Date.now()
    if (leftMs > 0) {
      button.textContent =
        leftMs > RETRY_AFTER_MS_MAX
          ? `${label} in ${Math.ceil(leftMs / 60_000)} min`
          : `${label} in ${Math.ceil(leftMs / 1000)} s`
      return
    }
    clearInterval(timer)
    button.disabled = false
    button.textContent = label
    atZero?.()
  }
}

/** @param {() => void} retry */
function whenOnline(retry) {
  const going = new AbortController()
  window.addEventListener('online', retry, { once: true, signal: going.signal })
  return () => going.abort()
}

/** Counts what a read did by itself, so that a server in trouble is not asked for ever. */
export function patience() {
  let retries = 0
  return {
    allows: () => retries++ < AUTOMATIC_RETRIES_MAX,
    renew: () => void (retries = 0),
  }
}
