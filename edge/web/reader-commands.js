import { existing } from './element.js'
import { focusedPost, listenToKeys, stepToPost } from './keyboard.js'
import { attachMenu } from './menu.js'

/**
 * The buttons of the bar, and the keys.
 *
 * @param {object} deps
 * @param {AbortSignal} deps.signal ends with the sign-in
 * @param {import('./home-view.js').HomeView} deps.home
 * @param {import('./viewer.js').Viewer} deps.me
 * @param {import('./composer.js').Composer} deps.writing
 * @param {import('./notices.js').Notices} deps.notices
 * @param {{ flip: () => void }} deps.strip
 * @param {() => void} deps.signOut
 */
export function readerCommands({ signal, home, me, writing, notices, strip, signOut }) {
  const help = existing('help', HTMLDialogElement)
  const write = () => writing.open()
  existing('new-post', HTMLButtonElement).addEventListener('click', write, { signal })

  attachMenu(
    existing('account', HTMLButtonElement),
    () => {
      const brief = me.brief()
      return [
        ...(brief === undefined
          ? []
          : [{ label: 'Your profile', run: () => go(`#/users/${brief.id}`) }]),
        { label: 'Blocked and muted', run: () => go('#/hidden') },
        { label: 'Keyboard', run: () => help.showModal() },
        'line',
        { label: 'Sign out', run: () => signOut() },
      ]
    },
    signal,
  )

  listenToKeys(
    {
      j: () => stepToPost(1),
      k: () => stepToPost(-1),
      o: () => focusedPost()?.querySelector('a')?.click(),
      m: () =>
        /** @type {HTMLElement | null | undefined} */ (
          focusedPost()?.querySelector('.more')
        )?.click(),
      n: write,
      r: () => (location.hash === '' || location.hash === '#/' ? void home.refresh() : go('#/')),
      h: () => go('#/'),
      z: () => notices.undo(),
      d: () => strip.flip(),
      '?': () => help.showModal(),
    },
    signal,
  )
}

/** @param {string} hash */
function go(hash) {
  location.hash = hash
}
