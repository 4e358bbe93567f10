import { existing } from './element.js'
import { POST_TEXT_CHARACTERS_MAX, POST_TEXT_WARNING_CHARACTERS } from './limits.js'
import { countDown, trouble } from './trouble.js'
import { RequestFailed } from './request-failed.js'

const figures = new Intl.NumberFormat('en')

/** Code points, as Postgres counts them: an emoji of one is one. @param {string} text */
export const characters = (text) => Array.from(text).length

/**
 * The dialog in which a post is written or changed. A draft outlives closing, a reload and an expired
 * token. The idempotency key belongs to the draft's text, so a post whose answer got lost is sent
 * again without becoming two.
 *
 * @typedef {ReturnType<typeof composer>} Composer
 *
 * @param {object} deps
 * @param {import('./api.js').Api} deps.api
 * @param {import('./session.js').Session} deps.session
 * @param {() => string} deps.newKey
 * @param {(post: import('./wire.js').Post) => void} deps.onPosted
 * @param {(post: import('./wire.js').Post) => void} deps.onEdited
 * @param {AbortSignal} deps.signal ends with the sign-in: the dialog belongs to the page
 */
export function composer({ api, session, newKey, onPosted, onEdited, signal }) {
  const dialog = existing('composer', HTMLDialogElement)
  const title = existing('composer-title', HTMLElement)
  const area = existing('composer-text', HTMLTextAreaElement)
  const count = existing('composer-count', HTMLElement)
  const send = existing('composer-send', HTMLButtonElement)
  const troublePlace = existing('composer-trouble', HTMLElement)
  /** @type {import('./wire.js').Post | undefined} */
  let edited
  let isSending = false
  let isWaiting = false
  let dispose = () => {}

  function onInput() {
    if (edited === undefined) session.keepDraft({ text: area.value, key: '' })
    update()
  }
  /** @param {KeyboardEvent} event */
  function sendByKeys(event) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    if (!send.disabled) void submit()
  }
  /** @param {Event} event */
  function sendByForm(event) {
    event.preventDefault()
    void submit()
  }
  area.addEventListener('input', onInput, { signal })
  area.addEventListener('keydown', sendByKeys, { signal })
  dialog.querySelector('form')?.addEventListener('submit', sendByForm, { signal })
  existing('composer-cancel', HTMLElement).addEventListener('click', () => dialog.close(), {
    signal,
  })

  function update() {
    const used = characters(area.value)
    const left = POST_TEXT_CHARACTERS_MAX - used
    count.textContent = `${figures.format(used)} / ${figures.format(POST_TEXT_CHARACTERS_MAX)}`
    count.classList.toggle('near', left >= 0 && left <= POST_TEXT_WARNING_CHARACTERS)
    count.classList.toggle('over', left < 0)
    const isUnchanged = edited !== undefined && area.value === edited.text
    send.disabled = isSending || isWaiting || area.value.trim() === '' || left < 0 || isUnchanged
  }

  async function submit() {
    isSending = true
    calm()
    update()
    try {
      if (edited === undefined) await post(area.value)
      else onEdited(await api.editPost(edited.id, area.value))
      dialog.close()
    } catch (error) {
      complain(error)
    } finally {
      isSending = false
      update()
    }
  }

  const label = () => (edited === undefined ? 'Post' : 'Save')

  /** @param {string} text */
  async function post(text) {
    const draft = session.draft()
    const key = draft.text === text && draft.key !== '' ? draft.key : newKey()
    session.keepDraft({ text, key })
    const made = await api.createPost(text, key)
    session.dropDraft()
    onPosted(made)
  }

  /** @param {unknown} error */
  function complain(error) {
    const panel = trouble(error, {})
    troublePlace.replaceChildren(panel.element)
    if (!(error instanceof RequestFailed) || error.retryAfterMs === 0) return
    isWaiting = true
    const stop = countDown(send, label(), error.retryAfterMs, () => {
      isWaiting = false
      update()
    })
    dispose = () => {
      stop()
      isWaiting = false
    }
  }

  function calm() {
    dispose()
    dispose = () => {}
    troublePlace.replaceChildren()
  }

  /** @param {import('./wire.js').Post} [post] */
  function open(post) {
    if (dialog.open) return
    edited = post
    calm()
    title.textContent = post === undefined ? 'New post' : 'Edit post'
    send.textContent = label()
    area.value = post === undefined ? session.draft().text : post.text
    update()
    dialog.showModal()
    area.focus()
    area.setSelectionRange(area.value.length, area.value.length)
  }

  return { open, close: () => dialog.close() }
}
