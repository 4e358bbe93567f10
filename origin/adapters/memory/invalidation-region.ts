import { formatLease, formatPulledSetStamp, NO_INVALIDATION } from '../../../shared/invalidation.ts'
import { INVALIDATION_LOG_ENTRIES_MAX } from '../../../shared/limits.ts'
import type { InvalidationRegion, RegionOutcome } from '../../ports/invalidation-region.ts'
import type { MemoryRedis, RegionState } from './node.ts'

const NOTHING: RegionState = {
  term: 0,
  log: [],
  lease: undefined,
  pulledAt: undefined,
  pulled: undefined,
}

export function memoryInvalidationRegion(name: string, node: MemoryRedis): InvalidationRegion {
  const state = () => node.region.get('state') ?? NOTHING
  const lastNumber = () => state().log.at(-1)?.number ?? 0
  const change = (changed: Partial<RegionState>) =>
    void node.region.set('state', { ...state(), ...changed })

  /** Refuses an older leader; what is claimed of the log only the leader of the moment may claim. */
  function step(term: number, isLeaders: boolean, work: () => RegionOutcome) {
    const seen = state().term
    const outcome = seen > term ? 'other-term' : isLeaders && seen !== term ? 'other-last' : work()
    return Promise.resolve({ outcome, last: lastNumber(), timeMs: Math.floor(node.now()) })
  }

  return {
    name,
    look: (term) => step(term, false, () => 'done'),
    restart: (term, number) =>
      step(term, false, () => {
        if (number <= lastNumber() + 1) return 'other-last'
        const log = [...state().log, { ...NO_INVALIDATION, number }]
        change({ term, lease: undefined, log: log.slice(-INVALIDATION_LOG_ENTRIES_MAX) })
        return 'done'
      }),
    append: (term, last, entries) =>
      step(term, true, () => {
        if (lastNumber() !== last) return 'other-last'
        change({ log: [...state().log, ...entries].slice(-INVALIDATION_LOG_ENTRIES_MAX) })
        return 'done'
      }),
    renew: (lease, expiresAtMs) =>
      step(lease.term, true, () => {
        if (lastNumber() !== lease.lastNumber) return 'other-last'
        const isPast = expiresAtMs <= node.now()
        change({ lease: isPast ? undefined : { text: formatLease(lease), expiresAtMs } })
        return 'done'
      }),
    publishPulledSet: (term, { stamp, authors }) =>
      step(term, true, () => {
        change({
          pulledAt: formatPulledSetStamp(stamp),
          pulled: JSON.stringify({ version: stamp.version, authors }),
        })
        return 'done'
      }),
  }
}
