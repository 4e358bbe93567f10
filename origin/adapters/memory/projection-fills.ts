import { COUNTS_LIFE_MS, FILL_AGE_MS_MAX } from '../../../shared/limits.ts'
import type { Now } from '../../../shared/time.ts'
import type { ProjectionFills } from '../../ports/projection-fills.ts'
import type { MemoryRedis } from './node.ts'
import { putPost, putVersioned } from './versions.ts'

export function memoryProjectionFills(node: MemoryRedis, now: Now): ProjectionFills {
  const isLate = (readAtMs: number) => now() - readAtMs > FILL_AGE_MS_MAX
  return {
    posts(fragments, readAtMs) {
      if (!isLate(readAtMs)) {
        for (const [post, fragment] of fragments) putPost(node.posts, post, fragment)
      }
      return Promise.resolve()
    },
    users(fragments, readAtMs) {
      if (!isLate(readAtMs)) {
        for (const [user, fragment] of fragments) putVersioned(node.users, user, fragment)
      }
      return Promise.resolve()
    },
    viewers(records, readAtMs) {
      if (!isLate(readAtMs)) {
        for (const record of records) putVersioned(node.viewers, record.viewer, record)
      }
      return Promise.resolve()
    },
    counts(counts) {
      const expiresAtMs = node.now() + COUNTS_LIFE_MS
      for (const [user, entry] of counts) {
        const isOver = (node.counts.get(user)?.expiresAtMs ?? 0) <= node.now()
        if (isOver) node.counts.delete(user)
        putVersioned(node.counts, user, { ...entry, expiresAtMs })
      }
      return Promise.resolve()
    },
  }
}
