import type { PostFragment } from '../../../shared/fragment.ts'
import type { PostId } from '../../../shared/ids.ts'

/** Keeps the higher version, whichever comes first. */
export function putVersioned<Key, Value extends { readonly version: number }>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
): void {
  const stored = map.get(key)
  if (stored === undefined || stored.version <= value.version) map.set(key, value)
}

/** A post has two versions, its own and its author's. When each text is ahead in one, neither is kept. */
export function putPost(
  posts: Map<PostId, PostFragment>,
  post: PostId,
  fragment: PostFragment,
): void {
  const stored = posts.get(post)
  if (stored?.json === undefined || fragment.json === undefined) {
    putVersioned(posts, post, fragment)
    return
  }
  const ahead = Math.sign(fragment.version - stored.version)
  const authorAhead = Math.sign(fragment.authorVersion - stored.authorVersion)
  if (ahead * authorAhead < 0) posts.delete(post)
  else if (ahead >= 0 && authorAhead >= 0) posts.set(post, fragment)
}
