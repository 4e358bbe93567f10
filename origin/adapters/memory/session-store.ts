import { SESSIONS_PER_VIEWER_MAX } from '../../../shared/limits.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import type { MemoryNode } from './node.ts'

export const memorySessionStore = (node: MemoryNode): SessionStore => ({
  write(viewer, session, text) {
    const others = (node.sessions.get(viewer) ?? []).filter((kept) => kept.session !== session)
    const kept = [{ session, text }, ...others].slice(0, SESSIONS_PER_VIEWER_MAX)
    node.sessions.set(viewer, kept)
    return Promise.resolve()
  },
})
