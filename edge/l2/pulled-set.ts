import { userId, type UserId } from '../../shared/ids.ts'
import { parsePulledSetStamp, type PulledSetStamp } from '../../shared/invalidation.ts'
import { keys } from '../../shared/keys.ts'
import type { Command, Reply } from '../../shared/feed/wave.ts'
import { PULLED_SET_AUTHORS_MAX } from '../../shared/limits.ts'

/** The authors whose posts must be pulled, as far as the stamp's horizon reaches. */
export interface PulledSet {
  readonly version: number
  readonly authors: ReadonlySet<UserId>
}

export interface PulledRead {
  readonly stamp: PulledSetStamp
  /** `undefined`: only the stamp was asked for, or the set is not there or too large. */
  readonly set: PulledSet | undefined
}

/** Set and stamp in one command: two would let a change of the set come in between. */
export const pulledCommands = (known: PulledSet | undefined): readonly Command[] =>
  known === undefined
    ? [['MGET', keys.pulledSetHorizon, keys.pulledSet]]
    : [['GET', keys.pulledSetHorizon]]

export function readPulled(reply: Reply): PulledRead | undefined {
  if (reply instanceof Error) throw reply
  const [stampText, setText] = Array.isArray(reply) ? (reply as readonly Reply[]) : [reply]
  const stamp = typeof stampText === 'string' ? parsePulledSetStamp(stampText) : undefined
  if (stamp === undefined) return undefined
  const set = typeof setText === 'string' ? parsePulledSet(setText) : undefined
  return { stamp, set: set?.version === stamp.version ? set : undefined }
}

/** A broken store may hold anything: what does not parse is absent. */
function parsePulledSet(text: string): PulledSet | undefined {
  try {
    const { version, authors } = JSON.parse(text) as { version: number; authors: string[] }
    if (authors.length > PULLED_SET_AUTHORS_MAX) return undefined
    return { version, authors: new Set(authors.map(userId)) }
  } catch {
    return undefined
  }
}
