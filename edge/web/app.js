import { api } from './api.js'
import { existing } from './element.js'
import { REQUESTS_SHOWN_MAX, TIMES_REFRESH_MS } from './limits.js'
import { refreshMoments } from './moments.js'
import { notices } from './notices.js'
import { reader } from './reader.js'
import { requestLog } from './request-log.js'
import { session, takeTokenFromAddress } from './session.js'
import { signInView } from './sign-in-view.js'
import { statusStrip } from './status-strip.js'

/** The page, put together: signed in or not, and what both have in common. */
const main = existing('main', HTMLElement)
const bar = existing('bar', HTMLElement)
const status = existing('status', HTMLElement)
const current = session(sessionStorage)
const log = requestLog({ entriesMax: REQUESTS_SHOWN_MAX })
const notice = notices(existing('notices', HTMLElement))
const strip = statusStrip(status, log)
const requests = api({
  session: current,
  log,
  onSignedOut: (failure) =>
    signOut(
      failure.code === 'AUTH_TOKEN_EXPIRED'
        ? 'Your token has expired. Sign in with a new one.'
        : 'The server does not accept this token. Sign in with another one.',
    ),
})
/** @type {ReturnType<typeof reader> | undefined} */
let signedIn

/** @param {string} token */
function signIn(token) {
  signedIn?.dispose()
  current.begin(token)
  bar.hidden = false
  status.hidden = false
  signedIn = reader({
    main,
    api: requests,
    session: current,
    notices: notice,
    strip,
    token,
    signOut,
  })
}

function signOut(because = '') {
  signedIn?.dispose()
  signedIn = undefined
  current.end()
  bar.hidden = true
  status.hidden = because === ''
  document.title = 'Sign in · Headwater'
  const view = signInView({ onToken: signIn, because })
  main.replaceChildren(view.element)
  view.focus()
}

function start() {
  const token = takeTokenFromAddress(location, history) ?? current.token()
  if (token === null) signOut()
  else signIn(token)
}

window.addEventListener('hashchange', () => {
  // A link with a token, opened in the tab that is already here.
  const token = takeTokenFromAddress(location, history)
  if (token !== null) signIn(token)
  else signedIn?.route()
})
existing('skip', HTMLElement).addEventListener('click', (event) => {
  event.preventDefault()
  main.focus()
})
window.addEventListener('offline', () => notice.say('You are offline.', { isFailure: true }))
window.addEventListener('online', () => notice.say('You are online again.'))
setInterval(() => refreshMoments(document), TIMES_REFRESH_MS)
history.scrollRestoration = 'manual'
start()
