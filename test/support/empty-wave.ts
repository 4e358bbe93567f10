import type { WaveAnswer } from '../../shared/feed/wave.ts'

/** What a node answers that has nothing of what it was asked for. */
export const emptyWave: WaveAnswer = {
  watermarks: new Map(),
  lists: new Map(),
  newest: new Map(),
  posts: new Map(),
  heads: new Map(),
  users: new Map(),
  counts: new Map(),
  oldCounts: new Map(),
  viewers: new Map(),
  sessions: new Map(),
}
