import { element } from './element.js'
import { looksLikeToken } from './session.js'

/**
 * @param {object} deps
 * @param {(token: string) => void} deps.onToken
 * @param {string} deps.because why somebody who was signed in is here
 */
export function signInView({ onToken, because }) {
  const words = element(
    'p',
    { class: 'field-trouble', id: 'sign-in-words', role: 'alert' },
    because,
  )
  const field = element('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    required: true,
    'aria-describedby': 'sign-in-words sign-in-hint',
    placeholder: 'eyJ…',
  })

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault()
    const token = field.value.trim().replace(/^Bearer\s+/i, '')
    if (looksLikeToken(token)) return onToken(token)
    words.textContent =
      token === ''
        ? 'Paste a token first.'
        : 'That is not a token: one has three parts with a dot between them.'
    field.focus()
  }

  const root = element(
    'section',
    { class: 'sign-in' },
    element('img', { src: 'icon.svg', alt: '', width: 40, height: 40 }),
    element('h1', {}, 'Sign in to Headwater'),
    element(
      'form',
      { novalidate: true, onsubmit: submit },
      element('label', { for: 'token' }, 'Token'),
      field,
      words,
      element('button', { type: 'submit', class: 'button primary' }, 'Sign in'),
    ),
    element(
      'p',
      { class: 'faint', id: 'sign-in-hint' },
      'It stays in this tab and is forgotten when the tab closes. A development token comes from ',
      element('code', {}, 'npm run token -- --user HANDLE'),
      '.',
    ),
  )
  return { element: root, focus: () => field.focus() }
}
