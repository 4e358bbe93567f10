import { RETRY_FIRST_MS, RETRY_LAST_MS } from './limits.ts'

/** Twice as long after each failure, up to a bound, and half of it by chance: many that failed together come back apart. */
export function backoffMs(failures: number, random: () => number): number {
  const longest = Math.min(RETRY_FIRST_MS * 2 ** Math.min(failures, 30), RETRY_LAST_MS)
  return longest * (0.5 + random() / 2)
}
