import type { Redis } from 'ioredis'
import type { Writable } from 'node:stream'
import { AppError } from '../../../shared/errors.ts'
import type { Command, Reply } from '../../../shared/feed/wave.ts'
import { REDIS_REDIRECT_WAIT_MS } from '../../../shared/limits.ts'
import { isReadyWithin, type RedisNodes } from './connection.ts'
import { redirections } from './redirections.ts'

/**
 * One write a node, all at once; each node's share keeps its order. What a cluster sends elsewhere is
 * sent there, once. Error replies stay in their place, as a pipeline resolves with errors inside and the
 * caller decides what they mean.
 */
export async function sendAll(
  nodes: RedisNodes,
  commands: readonly Command[],
  keyOf: (command: Command) => string = ([, key]) => key,
): Promise<Reply[]> {
  const places = new Map<Redis, number[]>()
  for (const [at, command] of commands.entries()) {
    const node = nodes.of(keyOf(command))
    const share = places.get(node)
    if (share === undefined) places.set(node, [at])
    else share.push(at)
  }
  const replies: Reply[] = Array.from({ length: commands.length }, () => null)
  await send(places, commands, replies)
  if (nodes.redirected === undefined) return replies

  const elsewhere = redirections(nodes.redirected, commands, replies, keyOf)
  const unmet = [...elsewhere.places.keys()]
  await Promise.all(unmet.map((node) => isReadyWithin(node, REDIS_REDIRECT_WAIT_MS)))
  await send(elsewhere.places, commands, replies, elsewhere.asking)
  return replies
}

async function send(
  places: ReadonlyMap<Redis, readonly number[]>,
  commands: readonly Command[],
  replies: Reply[],
  asking?: ReadonlySet<number>,
): Promise<void> {
  const answered: Promise<void>[] = []
  for (const [node, share] of places) {
    gatherWrites(node)
    for (const at of share) {
      const [name, ...args] = commands[at] ?? []
      if (name === undefined) continue
      const take = (reply: unknown) => {
        replies[at] = reply as Reply
      }
      const leave = asking?.has(at) === true ? node.call('ASKING') : undefined
      // One by one: the client's own pipeline costs as much again as all of its commands.
      const reply = node.call(name, ...args)
      answered.push(withLeave(leave, reply).then(take, take))
    }
  }
  await Promise.all(answered)
}

/** A command that ASKING went before fails where that fails. */
const withLeave = (leave: Promise<unknown> | undefined, reply: Promise<unknown>) =>
  leave === undefined ? reply : Promise.all([leave, reply]).then(([, replied]) => replied)

const gathering = new WeakSet<Writable>()

/**
 * What requests of the same turn of the event loop send to a node goes there as one write: a write costs more
 * than all that Redis does for a page, and its answers come back together too.
 */
function gatherWrites({ stream }: { readonly stream?: Writable }): void {
  // Absent before the first connection, when nothing is sent anyway.
  if (stream === undefined || gathering.has(stream)) return
  gathering.add(stream)
  stream.cork()
  setImmediate(() => {
    gathering.delete(stream)
    stream.uncork()
  })
}

/** All of them, or STORE_UNAVAILABLE with the first error among them. */
export function whole(replies: readonly Reply[]): readonly Reply[] {
  const failure = replies.find((reply) => reply instanceof Error)
  if (failure !== undefined) throw new AppError('STORE_UNAVAILABLE', 'redis', { cause: failure })
  return replies
}
