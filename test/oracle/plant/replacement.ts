/** Exact text of a source file, and what is run in its place: in a child process of the test, never on disk. */
export interface Replacement {
  /** From the root of the repository. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** A file that changed must not turn a planted bug into no bug: its text is found exactly once, or this fails. */
export function replaced(source: string, { file, find, replace }: Replacement): string {
  const times = source.split(find).length - 1
  if (times !== 1) throw new Error(`${file} has this text ${times} times, not once:\n${find}`)
  return source.replace(find, () => replace)
}

/** By name, as environment of the child. */
export const REPLACEMENTS_VARIABLE = 'ORACLE_REPLACEMENTS'

/**
 * As everything in these runs is small: people and posts share the few buckets, and a tick claims in a moment
 * what in life are two thousand claims. The tail forgets within seconds, since it would cover for whatever
 * lists lose.
 */
export const SMALL: readonly Replacement[] = [
  {
    file: 'shared/keys.ts',
    find: 'const BUCKETS = 256',
    replace: 'const BUCKETS = 8',
  },
  {
    file: 'shared/keys.ts',
    find: 'const LOG_PARTITIONS = 8',
    replace: 'const LOG_PARTITIONS = 3',
  },
  {
    file: 'shared/limits.ts',
    find: 'const TAIL_MS = 120_000',
    replace: 'const TAIL_MS = 6_000',
  },
  {
    file: 'shared/limits.ts',
    find: 'const VIEWER_RECORD_AGE_MS_MAX = 60_000',
    replace: 'const VIEWER_RECORD_AGE_MS_MAX = 3_000',
  },
]
