import type { UserId } from '../../shared/ids.ts'
import { keys } from '../../shared/keys.ts'
import { SESSION_LIFE_MS, SESSIONS_PER_VIEWER_MAX } from '../../shared/limits.ts'
import type { Script } from './script.ts'

/** Writes a ranked session and removes those beyond the viewer's newest three. All keys share the viewer's tag. */
export const WRITE_SESSION: Script = {
  name: 'write-session',
  lua: `
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('LREM', KEYS[1], 0, ARGV[1])
redis.call('LPUSH', KEYS[1], ARGV[1])
for _, old in ipairs(redis.call('LRANGE', KEYS[1], ARGV[4], -1)) do
  redis.call('DEL', ARGV[5] .. old)
end
redis.call('LTRIM', KEYS[1], 0, ARGV[4] - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`,
}

export const writeSessionArguments = (viewer: UserId, session: string, text: string): string[] => [
  session,
  text,
  String(SESSION_LIFE_MS),
  String(SESSIONS_PER_VIEWER_MAX),
  keys.session(viewer, ''),
]
