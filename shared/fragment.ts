import type { UserId } from './ids.ts'

/**
 * A post as JSON text, stored once as the hash `{b}:p:<id>` and joined into pages as bytes.
 * It holds the author's brief, and neither counts nor the reader's own marks, which are spliced in.
 */
export interface PostFragment {
  readonly author: UserId
  /** `posts.version`. Whoever has heard of a higher one neither serves nor stores this. */
  readonly version: number
  /** `users.version` of the author's brief inside. */
  readonly authorVersion: number
  /** `undefined`: a tombstone; the post is deleted. */
  readonly json: string | undefined
}

/** A user as JSON text, the hash `{b}:u:<id>`: no counts, no reader's marks. */
export interface UserFragment {
  readonly version: number
  readonly json: string
}

/**
 * Fields of the hash, in the order in which HMGET asks for them and `parsePostFragment` reads the answer:
 * author, version, version of the author's brief, JSON. The first two are the post's head, read without the
 * body to rank.
 */
export const POST_FRAGMENT_FIELDS = ['a', 'v', 'u', 'j'] as const
export const POST_HEAD_FIELDS = ['a', 'v'] as const
export const USER_FRAGMENT_FIELDS = ['v', 'j'] as const

/** `undefined` for what is absent, and for garbage: a broken store may hold anything. */
export function parsePostFragment(values: readonly (string | null)[]): PostFragment | undefined {
  const [author, version, authorVersion, json] = values
  if (author == null || !isVersion(version) || !/^\d{1,19}$/.test(author)) return undefined
  if (authorVersion != null && !isVersion(authorVersion)) return undefined
  if (json != null && json !== '' && !isObject(json)) return undefined
  return {
    author: author as UserId,
    version: Number(version),
    authorVersion: Number(authorVersion ?? 0),
    json: json == null || json === '' ? undefined : json,
  }
}

export function parseUserFragment(values: readonly (string | null)[]): UserFragment | undefined {
  const [version, json] = values
  if (!isVersion(version) || json == null || !isObject(json)) return undefined
  return { version: Number(version), json }
}

const isVersion = (text: string | null | undefined): text is string =>
  text != null && /^\d{1,15}$/.test(text)

/** Nobody parses it again, so at least it must not break the page that it is joined into. */
const isObject = (json: string): boolean => json.startsWith('{') && json.endsWith('}')

/** Adds members to a JSON object's text without parsing it. `members` is text like `"counts":{…}`. */
export const splice = (json: string, members: string): string =>
  members === '' ? json : `${json.slice(0, -1)},${members}}`
