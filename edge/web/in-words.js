import { RequestFailed } from './request-failed.js'

/**
 * What went wrong, for a person: what it is, then what can be done.
 *
 * @param {unknown} error
 * @returns {{ headline: string, advice: string }}
 */
export function inWords(error) {
  if (!(error instanceof RequestFailed))
    return { headline: 'This page made a mistake.', advice: 'Reloading it may help.' }
  switch (error.kind) {
    case 'offline':
      return { headline: 'You are offline.', advice: 'It goes on when the connection is back.' }
    case 'unreachable':
      return { headline: 'The server cannot be reached.', advice: 'Nothing was lost. Try again.' }
    case 'timeout':
      return { headline: 'The server took too long to answer.', advice: 'Try again.' }
    case 'garbled':
      return { headline: 'The answer could not be read.', advice: 'Try again.' }
    case 'refused':
      return refusalInWords(error)
  }
}

/** @param {RequestFailed} error */
function refusalInWords({ status, endsWalk, title, fields }) {
  if (endsWalk)
    return { headline: 'Your place in the feed has expired.', advice: 'Start again at the newest.' }
  if (status === 401)
    return { headline: 'The token has expired or is not valid.', advice: 'Sign in again.' }
  if (status === 403) return { headline: 'This is not allowed.', advice: sentence(title) }
  if (status === 404)
    return { headline: 'This is not here, or not for you to see.', advice: 'It may be deleted.' }
  if (status === 429)
    return { headline: 'That was too fast for the server.', advice: 'It asks for a short pause.' }
  if (status === 503)
    return { headline: 'The server cannot do this just now.', advice: 'Try again in a moment.' }
  if (status >= 500) return { headline: 'The server failed.', advice: 'Try again in a moment.' }
  const details = fields.map(({ path, message }) => `${path}: ${message}`).join('; ')
  return { headline: sentence(title) || 'The server refused this.', advice: sentence(details) }
}

/** @param {string} text */
const sentence = (text) => (text === '' || /[.!?]$/.test(text) ? text : `${text}.`)
