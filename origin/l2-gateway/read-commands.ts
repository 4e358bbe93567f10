/**
 * What may pass. The token of an edge is held in many places, so all that it can do is look: no write, no
 * script, no command that blocks, walks the key space, or changes the state of the shared connection.
 */
const READ_COMMANDS: ReadonlySet<string> = new Set([
  'exists',
  'get',
  'getrange',
  'hexists',
  'hget',
  'hgetall',
  'hmget',
  'lindex',
  'llen',
  'lrange',
  'mget',
  'ping',
  'pttl',
  'sismember',
  'smembers',
  'strlen',
  'time',
  'ttl',
  'type',
  'xlen',
  'xrange',
  'xrevrange',
  'zrange',
  'zscore',
])

/** The spelling that goes to Redis, `undefined` for a command that may not pass. */
export function readCommand(name: string): string | undefined {
  const spelled = name.toLowerCase()
  return READ_COMMANDS.has(spelled) ? spelled : undefined
}
