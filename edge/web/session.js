/**
 * What belongs to one sign-in in one tab: the token, what it says, the consistency token, the draft.
 *
 * All of it lies in `sessionStorage`, so another tab or a later visit does not find it.
 *
 * @typedef {{ text: string, key: string }} Draft
 * @typedef {ReturnType<typeof session>} Session
 */

/** @param {Storage} storage */
export function session(storage) {
  return {
    token: () => storage.getItem('token'),

    /** @param {string} token */
    begin(token) {
      storage.removeItem('horizon')
      storage.setItem('token', token)
    },

    /** The draft stays: whoever signs in again after an expiry goes on writing. */
    end() {
      storage.removeItem('token')
      storage.removeItem('horizon')
    },

    /** The newest `Headwater-Token`: reads that carry it contain what was written here. */
    horizon: () => storage.getItem('horizon'),

    /** @param {string} horizon */
    advance: (horizon) => storage.setItem('horizon', horizon),

    dropHorizon: () => storage.removeItem('horizon'),

    /** @returns {import('./wire.js').Mode} */
    mode: () => (storage.getItem('mode') === 'latest' ? 'latest' : 'ranked'),

    /** @param {import('./wire.js').Mode} mode */
    choose: (mode) => storage.setItem('mode', mode),

    /** @returns {Draft} */
    draft: () => ({ text: storage.getItem('draft') ?? '', key: storage.getItem('draftKey') ?? '' }),

    /** @param {Draft} draft */
    keepDraft({ text, key }) {
      storage.setItem('draft', text)
      storage.setItem('draftKey', key)
    },

    dropDraft() {
      storage.removeItem('draft')
      storage.removeItem('draftKey')
    },
  }
}

/**
 * A token that came with the link, `#token=…`. It leaves the address bar before anything is sent, so
 * that it is in no bookmark, no history entry and no screenshot.
 *
 * @param {Location} location
 * @param {History} history
 * @returns {string | null}
 */
export function takeTokenFromAddress(location, history) {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token === null) return null
  history.replaceState(null, '', `${location.pathname}${location.search}#/`)
  return token.trim()
}

/** Three parts of base64url: says whether it can be a token at all; the server says whether it is good. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** @param {string} text */
export const looksLikeToken = (text) => TOKEN.test(text)
