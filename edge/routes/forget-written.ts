import { asPostId, asUserId, type UserId } from '../../shared/ids.ts'
import type { Memory } from '../cache/memory.ts'

/**
 * What a write through this isolate changed leaves L1 at once. It shortens the wait of others here; that
 * nobody sees the old state for long is the work of versions and the lease.
 */
export function forgetWritten(memory: Memory, pathname: string, viewer: UserId | undefined): void {
  const [, , kind, idText, relation] = pathname.split('/')
  if (kind === 'posts') {
    const id = asPostId(idText ?? '')
    if (id !== undefined) memory.posts.forget(id)
  }
  if (viewer === undefined || kind === undefined) return
  memory.authorLists.forget(viewer)
  if (kind !== 'users') return
  memory.users.forget(viewer)
  const other = asUserId(idText ?? '')
  if (other === undefined || relation === undefined) return
  memory.viewers.forget(viewer)
  memory.viewers.forget(other)
}
