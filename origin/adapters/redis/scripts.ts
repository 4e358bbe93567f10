import { createHash } from 'node:crypto'
import type { Command, Reply } from '../../../shared/feed/wave.ts'
import type { Script } from '../../lists/script.ts'
import type { RedisNodes } from './connection.ts'
import { sendAll, whole } from './pipeline.ts'

export interface ScriptCall {
  readonly script: Script
  readonly keys: readonly [string, ...string[]]
  readonly args: readonly string[]
}

const shas = new Map<Script, string>()

/** What EVALSHA calls the script by. */
export function shaOf(script: Script): string {
  const known = shas.get(script)
  if (known !== undefined) return known
  const sha = createHash('sha1').update(script.lua).digest('hex')
  shas.set(script, sha)
  return sha
}

/** Runs scripts as one pipeline a node. Throws STORE_UNAVAILABLE with the first error reply. */
export async function runScripts(
  nodes: RedisNodes,
  calls: readonly ScriptCall[],
): Promise<readonly Reply[]> {
  const replies = await sendAll(nodes, calls.map(evalsha), firstKey)
  // A node that restarted has forgotten its scripts, which are then sent as text.
  const forgotten = calls.flatMap((call, at) => (isUnknown(replies[at]) ? [{ call, at }] : []))
  const again = await sendAll(
    nodes,
    forgotten.map(({ call }) => asText(call)),
    firstKey,
  )
  for (const [index, { at }] of forgotten.entries()) replies[at] = again[index] ?? null
  return whole(replies)
}

export const evalsha = ({ script, keys, args }: ScriptCall): Command => [
  'EVALSHA',
  shaOf(script),
  String(keys.length),
  ...keys,
  ...args,
]

const asText = ({ script, keys, args }: ScriptCall): Command => [
  'EVAL',
  script.lua,
  String(keys.length),
  ...keys,
  ...args,
]

/** Of a command that calls a script: what decides its node. */
export const firstKey = ([, , , key = '']: Command): string => key

const isUnknown = (reply: Reply | undefined): boolean =>
  reply instanceof Error && reply.message.startsWith('NOSCRIPT')
