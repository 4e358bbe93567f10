import type { Redis } from 'ioredis'
import type { Command, Reply } from '../../../shared/feed/wave.ts'
import { tagOf } from './cluster-slots.ts'
import type { RedisNodes } from './connection.ts'

export interface Redirections {
  /** Which commands, by number, go to which node. */
  readonly places: ReadonlyMap<Redis, readonly number[]>
  /** Those that are sent with ASKING before them. */
  readonly asking: ReadonlySet<number>
}

/**
 * With one command of a tag that has moved go all others of it: a watermark is read where its keys are,
 * and before them. A tag that is on its way is in two places, and each key is asked for where it is.
 */
export function redirections(
  redirected: NonNullable<RedisNodes['redirected']>,
  commands: readonly Command[],
  replies: readonly Reply[],
  keyOf: (command: Command) => string,
): Redirections {
  const asked = new Map<number, Redis>()
  const moved = new Map<string, Redis>()
  for (const [at, reply] of replies.entries()) {
    const command = commands[at]
    if (!(reply instanceof Error) || command === undefined) continue
    const key = keyOf(command)
    const redirect = redirected(reply, key)
    if (redirect?.isAsk === true) asked.set(at, redirect.node)
    else if (redirect !== undefined) moved.set(tagOf(key), redirect.node)
  }
  const places = new Map<Redis, number[]>()
  if (moved.size === 0 && asked.size === 0) return { places, asking: new Set() }

  for (const [at, command] of commands.entries()) {
    const node = moved.get(tagOf(keyOf(command))) ?? asked.get(at)
    if (node === undefined) continue
    const share = places.get(node)
    if (share === undefined) places.set(node, [at])
    else share.push(at)
  }
  return { places, asking: new Set(asked.keys()) }
}
