import type { UserId } from '../../shared/ids.ts'

/** Ranked sessions, as text. Reading one is part of a wave. */
export interface SessionStore {
  /** Keeps the viewer's newest three; expires after SESSION_LIFE_MS. */
  write(viewer: UserId, session: string, text: string): Promise<void>
}
