import { keys } from '../../../shared/keys.ts'
import { WRITE_SESSION, writeSessionArguments } from '../../lists/session.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import type { RedisNodes } from './connection.ts'
import { runScripts } from './scripts.ts'

export const redisSessionStore = (nodes: RedisNodes): SessionStore => ({
  async write(viewer, session, text) {
    await runScripts(nodes, [
      {
        script: WRITE_SESSION,
        keys: [keys.sessions(viewer), keys.session(viewer, session)],
        args: writeSessionArguments(viewer, session, text),
      },
    ])
  },
})
