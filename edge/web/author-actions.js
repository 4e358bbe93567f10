/**
 * Follow, block and mute, and back. Each shows at once what the server has confirmed, in every list.
 *
 * @typedef {import('./wire.js').UserBrief} UserBrief
 * @typedef {ReturnType<typeof authorActions>} AuthorActions
 *
 * @param {object} deps
 * @param {import('./api.js').Api} deps.api
 * @param {import('./relations.js').Relations} deps.relations
 * @param {import('./concealed.js').Concealed} deps.concealed
 * @param {import('./notices.js').Notices} deps.notices
 * @param {(authorId: string) => void} deps.onChange
 */
export function authorActions({ api, relations, concealed, notices, onChange }) {
  /** @param {UserBrief} author @param {import('./wire.js').RelationKind} kind @param {boolean} on */
  async function set(author, kind, on) {
    await api.relate(author.id, kind, on)
    relations.learn(author.id, effectOf(kind, on))
    concealed.author(author.id, relations.of(author.id))
    onChange(author.id)
  }

  /**
   * Says what happened, or in words why it did not.
   *
   * @param {string} failure
   * @param {() => Promise<void>} work
   */
  const attempt = (failure, work) => void work().catch((error) => notices.fail(failure, error))

  /** Isolated, so that a name written from right to left leaves the sentence in order. @param {UserBrief} author */
  const nameOf = ({ name, handle }) => `\u2068${name || `@${handle}`}\u2069`

  const actions = {
    /** @param {UserBrief} author */
    follow: (author) =>
      attempt(`You do not follow ${nameOf(author)} yet.`, async () => {
        await set(author, 'follow', true)
        notices.say(`You follow ${nameOf(author)}.`, { undo: () => actions.unfollow(author) })
      }),

    /** @param {UserBrief} author */
    unfollow: (author) =>
      attempt(`You still follow ${nameOf(author)}.`, async () => {
        await set(author, 'follow', false)
        notices.say(`You no longer follow ${nameOf(author)}.`, {
          undo: () => actions.follow(author),
        })
      }),

    /** @param {UserBrief} author */
    mute: (author) =>
      attempt(`${nameOf(author)} is not muted.`, async () => {
        await set(author, 'mute', true)
        notices.say(`${nameOf(author)} is muted.`, { undo: () => actions.unmute(author) })
      }),

    /** @param {UserBrief} author */
    unmute: (author) =>
      attempt(`${nameOf(author)} is still muted.`, async () => {
        await set(author, 'mute', false)
        notices.say(`${nameOf(author)} is no longer muted.`)
      }),

    /** @param {UserBrief} author */
    block: (author) => {
      const wasFollowing = relations.of(author.id).following === true
      attempt(`${nameOf(author)} is not blocked.`, async () => {
        await set(author, 'block', true)
        notices.say(`${nameOf(author)} is blocked.`, {
          undo: () => actions.unblock(author, { followAgain: wasFollowing }),
        })
      })
    },

    /** A block ends the follow for good; only its immediate undoing follows again. @param {UserBrief} author */
    unblock: (author, { followAgain = false } = {}) =>
      attempt(`${nameOf(author)} is still blocked.`, async () => {
        await set(author, 'block', false)
        if (followAgain) await set(author, 'follow', true)
        notices.say(`${nameOf(author)} is no longer blocked.`)
      }),
  }
  return actions
}

/** @param {import('./wire.js').RelationKind} kind @param {boolean} on @returns {import('./wire.js').Relation} */
function effectOf(kind, on) {
  if (kind === 'follow') return { following: on }
  if (kind === 'mute') return { muting: on }
  return on ? { blocking: true, following: false } : { blocking: false }
}
