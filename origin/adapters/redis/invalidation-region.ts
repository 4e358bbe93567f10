import type { Redis } from 'ioredis'
import { AppError } from '../../../shared/errors.ts'
import type { Reply } from '../../../shared/feed/wave.ts'
import {
  formatLease,
  formatPulledSetStamp,
  invalidationFields,
  NO_INVALIDATION,
  type Invalidation,
} from '../../../shared/invalidation.ts'
import { INVALIDATION_LOG_ENTRIES_MAX } from '../../../shared/limits.ts'
import type {
  InvalidationRegion,
  RegionAnswer,
  RegionOutcome,
} from '../../ports/invalidation-region.ts'
import { oneNode, type RedisNodes } from './connection.ts'
import {
  appendScript,
  lookScript,
  pulledSetScript,
  REGION_KEYS,
  renewScript,
  restartScript,
} from './invalidation-scripts.ts'
import { runScripts, type ScriptCall } from './scripts.ts'

export const redisInvalidationRegion = (name: string, redis: Redis): InvalidationRegion =>
  invalidationRegion(name, oneNode(redis))

/** What one region holds of the invalidation log, its lease and the pulled set: on one node, by one hash tag. */
export function invalidationRegion(name: string, nodes: RedisNodes): InvalidationRegion {
  async function run(
    script: ScriptCall['script'],
    ...args: readonly (string | number)[]
  ): Promise<RegionAnswer> {
    const call = { script, keys: REGION_KEYS, args: args.map(String) }
    const [reply = null] = await runScripts(nodes, [call])
    return answerOf(reply)
  }

  return {
    name,
    look: (term) => run(lookScript, term),
    restart: (term, number) =>
      run(restartScript, term, number, INVALIDATION_LOG_ENTRIES_MAX, ...fieldsOf(NO_INVALIDATION)),
    append: (term, last, entries) =>
      run(
        appendScript,
        term,
        last,
        INVALIDATION_LOG_ENTRIES_MAX,
        ...entries.flatMap((entry) => [entry.number, ...fieldsOf(entry)]),
      ),
    renew: (lease, expiresAtMs) =>
      run(renewScript, lease.term, lease.lastNumber, expiresAtMs, formatLease(lease)),
    async publishPulledSet(term, { stamp, authors }) {
      const stamped = [term, stamp.version, formatPulledSetStamp(stamp)] as const
      const answer = await run(pulledSetScript, ...stamped)
      if (answer.outcome !== 'other-last') return answer
      return run(pulledSetScript, ...stamped, JSON.stringify({ version: stamp.version, authors }))
    },
  }
}

const fieldsOf = ({ tag, version, xid }: Invalidation): readonly (string | number)[] => [
  invalidationFields.tag,
  tag,
  invalidationFields.version,
  version,
  invalidationFields.xid,
  xid,
]

const OUTCOMES: readonly string[] = ['done', 'other-term', 'other-last'] satisfies RegionOutcome[]

function answerOf(reply: Reply): RegionAnswer {
  const [outcome, last, timeMs] = Array.isArray(reply) ? (reply as readonly Reply[]) : []
  if (typeof outcome !== 'string' || !OUTCOMES.includes(outcome)) {
    throw new AppError('STORE_UNAVAILABLE', 'redis: not an answer of a region')
  }
  return { outcome: outcome as RegionOutcome, last: Number(last), timeMs: Number(timeMs) }
}
