import type { Replacement } from '../../oracle/plant/replacement.ts'

/**
 * As everything in these runs is small: a few people and posts share the few buckets, and a tick claims at
 * once what in life are two thousand claims. The tail forgets within seconds, since it would cover for
 * whatever lists lose.
 */
export const SMALL: readonly Replacement[] = [
  { file: 'shared/keys.ts', find: 'const BUCKETS = 256', replace: 'const BUCKETS = 4' },
  { file: 'shared/keys.ts', find: 'const LOG_PARTITIONS = 8', replace: 'const LOG_PARTITIONS = 2' },
  {
    file: 'shared/limits.ts',
    find: 'const TAIL_MS = 120_000',
    replace: 'const TAIL_MS = 6_000',
  },
  // Wake-ups come at once; the poll is for those that are lost, and costs most of what a run costs.
  {
    file: 'shared/limits.ts',
    find: 'const OUTBOX_POLL_MS = 50',
    replace: 'const OUTBOX_POLL_MS = 200',
  },
  {
    file: 'shared/limits.ts',
    find: 'const VIEWER_RECORD_AGE_MS_MAX = 60_000',
    replace: 'const VIEWER_RECORD_AGE_MS_MAX = 3_000',
  },
]
