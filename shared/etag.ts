import { fnv1a } from './hash.ts'

/** Weak, all of them: they name the content, and another tier may compress its bytes otherwise. */
export const postTag = (post: { readonly version: number; readonly authorVersion: number }) =>
  `W/"p${post.version}.${post.authorVersion}"`

/** Of the text itself: counts and relationships have no version that both tiers know. */
export const textTag = (text: string): string => `W/"${fnv1a(text).toString(36)}.${text.length}"`

/** If-None-Match compares weakly: a strong tag of the same text matches too. */
export const matchesTag = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag)) === true

const opaque = (tag: string): string => tag.trim().replace(/^W\//, '')
