import type { PostFragment } from '../../../shared/fragment.ts'
import type { PostId } from '../../../shared/ids.ts'
import type { StoredFragment } from './node.ts'

/** Keeps the higher version, whichever comes first. */
export function putVersioned<Key, Value extends { readonly version: number }>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
): void {
  const stored = map.get(key)
  if (stored === undefined || stored.version <= value.version) map.set(key, value)
}

/**
 * A post has two versions, its own and its author's, and neither is ever lowered. When what is stored and
 * what comes are each ahead in one, neither text is kept, but both versions are. A tombstone knows only the
 * post's own.
 */
export function putPost(
  posts: Map<PostId, StoredFragment>,
  post: PostId,
  fragment: PostFragment,
): void {
  const stored = posts.get(post)
  const storedVersion = stored?.version ?? 0
  const storedAuthor = stored?.authorVersion ?? 0
  const { version, authorVersion } = fragment
  const buries = fragment.json === undefined
  const isBuried = stored !== undefined && stored.isAbsent !== true && stored.json === undefined

  const isOlder = version < storedVersion
  if (isOlder && (buries || isBuried || authorVersion <= storedAuthor)) return
  if (isBuried && version === storedVersion && !buries) return
  const higherAuthor = Math.max(authorVersion, storedAuthor)
  if (!buries && !isBuried) {
    if (version === storedVersion && authorVersion < storedAuthor) return
    if (isOlder || authorVersion < storedAuthor) {
      posts.set(post, {
        author: fragment.author,
        version: Math.max(version, storedVersion),
        authorVersion: higherAuthor,
        json: undefined,
        isAbsent: true,
      })
      return
    }
  }
  posts.set(post, { ...fragment, authorVersion: higherAuthor })
}
