/**
 * Who is signed in. The token's subject may be the product's own id, so the server is asked, and the
 * reader's own posts tell too.
 *
 * @typedef {ReturnType<typeof viewer>} Viewer
 *
 * @param {{ onChange: (brief: import('./wire.js').UserBrief | undefined) => void }} deps
 */
export function viewer({ onChange }) {
  /** @type {import('./wire.js').UserBrief | undefined} */
  let known
  return {
    brief: () => known,

    /** @param {string} userId */
    is: (userId) => known?.id === userId,

    /** @param {import('./wire.js').UserBrief} brief */
    learn(brief) {
      if (known?.id === brief.id && known.name === brief.name) return
      known = brief
      onChange(known)
    },

    forget() {
      known = undefined
      onChange(undefined)
    },
  }
}

/**
 * The subject as the token states it: not verified here, only used to ask who that is.
 *
 * @param {string} token
 * @returns {string | undefined}
 */
export function subjectOf(token) {
  const middle = token.split('.')[1] ?? ''
  try {
    const bytes = Uint8Array.from(
      atob(middle.replaceAll('-', '+').replaceAll('_', '/')),
      (character) => character.charCodeAt(0),
    )
    const { sub } = JSON.parse(new TextDecoder().decode(bytes))
    return typeof sub === 'string' ? sub : undefined
  } catch {
    return undefined // Not ours to judge: the server will refuse it.
  }
}
