/**
 * The answers that the page reads, as the HTTP interface states them. Types only: no script loads
 * this file.
 *
 * @typedef {{ id: string, handle: string, name: string, avatarUrl: string | null, verified: boolean }} UserBrief
 *
 * @typedef {object} Post
 * @property {string} id
 * @property {UserBrief} author
 * @property {string} text
 * @property {string} createdAt
 * @property {string | null} editedAt
 * @property {string | null} [language]
 * @property {boolean} [sensitive]
 *
 * @typedef {{ following?: boolean, followedBy?: boolean, blocking?: boolean, muting?: boolean }} Relation
 *
 * @typedef {object} UserExtra
 * @property {string | null} [bio]
 * @property {string | null} [city]
 * @property {string} createdAt
 * @property {{ followers?: number, following?: number, posts?: number }} [counts]
 * @property {Relation} [viewer]
 *
 * @typedef {UserBrief & UserExtra} User
 *
 * @typedef {'ranked' | 'latest'} Mode
 * @typedef {'complete' | 'partial' | 'degraded'} Completeness
 * @typedef {'follow' | 'block' | 'mute'} RelationKind
 *
 * @typedef {{ post: Post, reason?: string }} FeedItem
 * @typedef {{ items: FeedItem[], nextCursor: string | null }} ItemPage
 * @typedef {ItemPage & { completeness: Completeness, missing: string[], asOf: string }} FeedPage
 * @typedef {{ items: Post[], nextCursor: string | null }} PostPage
 *
 * @typedef {{ title?: string, status?: number, code?: string, requestId?: string, errors?: { path: string, message: string }[] }} Problem
 */
export {}
