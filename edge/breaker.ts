import { BREAKER_FAILURES_MAX, BREAKER_OPEN_MS } from '../shared/limits.ts'
import type { Now } from '../shared/time.ts'

/** Leaves an upstream alone that failed several times in a row, so that readers do not wait for it. */
export interface Breaker {
  allows(): boolean
  succeeded(): void
  failed(): void
}

export function breaker(now: Now): Breaker {
  let failures = 0
  let openedAtMs = 0
  return {
    allows() {
      if (failures < BREAKER_FAILURES_MAX) return true
      // After the period all may try again; the first failure among them opens it anew.
      const elapsedMs = now() - openedAtMs
      return elapsedMs < 0 || elapsedMs >= BREAKER_OPEN_MS
    },
    succeeded() {
      failures = 0
    },
    failed() {
      failures += 1
      if (failures >= BREAKER_FAILURES_MAX) openedAtMs = now()
    },
  }
}
