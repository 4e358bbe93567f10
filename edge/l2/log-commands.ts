import type { Command, Reply } from '../../shared/feed/wave.ts'
import { invalidationFields, parseLease, type Lease, type Tag } from '../../shared/invalidation.ts'
import { keys } from '../../shared/keys.ts'
import { INVALIDATION_READ_MAX } from '../../shared/limits.ts'
import type { NumberedInvalidation } from '../cache/listening.ts'

/**
 * What every pipeline begins with, so that a miss refreshes what L1 stands on for nothing. The lease comes
 * first: the log is then at least as long as the lease says.
 */
export const logCommands = (from: number | undefined): readonly Command[] => [
  ['GET', keys.lease],
  ...(from === undefined
    ? []
    : [
        [
          'XRANGE',
          keys.invalidationLog,
          // The isolate's own place is asked for again: where even that is gone, the log stepped back.
          `${from}-0`,
          '+',
          'COUNT',
          String(INVALIDATION_READ_MAX),
        ] as const,
      ]),
]

/** Replies of `logCommands`. A broken lease is none. */
export function readLog([leaseReply, logReply]: readonly Reply[]): {
  readonly lease: Lease | undefined
  readonly entries: readonly NumberedInvalidation[]
} {
  if (leaseReply instanceof Error) throw leaseReply
  if (logReply instanceof Error) throw logReply
  return {
    lease: typeof leaseReply === 'string' ? parseLease(leaseReply) : undefined,
    entries: Array.isArray(logReply) ? (logReply as readonly Reply[]).map(entryOf) : [],
  }
}

/** [`<n>-0`, [field, value, …]]. What does not parse is a broken log, and breaks the read. */
function entryOf(reply: Reply): NumberedInvalidation {
  const [id, flat] = Array.isArray(reply) ? (reply as readonly Reply[]) : []
  const fields = Array.isArray(flat) ? (flat as readonly Reply[]) : []
  const field = (name: string): string => {
    const at = fields.findIndex((text, index) => index % 2 === 0 && text === name)
    const value = at === -1 ? undefined : fields[at + 1]
    if (typeof value !== 'string') throw new TypeError('a malformed invalidation')
    return value
  }
  const number = Number.parseInt(String(id), 10)
  const version = Number(field(invalidationFields.version))
  const xid = Number(field(invalidationFields.xid))
  if (![number, version, xid].every(Number.isSafeInteger)) {
    throw new TypeError('a malformed invalidation')
  }
  return { number, tag: field(invalidationFields.tag) as Tag, version, xid }
}
