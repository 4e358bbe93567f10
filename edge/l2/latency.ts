import { L2_LATENCIES_KEPT, L2_LATENCIES_MIN } from '../../shared/limits.ts'

/** How long a region has taken lately. */
export interface Latency {
  note(elapsedMs: number): void
  /** Nineteen of twenty answers came within this time; `undefined`: too few are known. */
  p95Ms(): number | undefined
}

const AGAIN_AFTER = 16

export function recentLatency(): Latency {
  const ring: number[] = []
  let next = 0
  let noted = 0
  let p95: number | undefined

  return {
    note(elapsedMs) {
      // A clock that went backwards measures nothing.
      if (elapsedMs < 0) return
      ring[next] = elapsedMs
      next = (next + 1) % L2_LATENCIES_KEPT
      noted += 1
      if (ring.length < L2_LATENCIES_MIN || noted % AGAIN_AFTER !== 0) return
      const sorted = ring.toSorted((a, b) => a - b)
      p95 = sorted[Math.ceil(0.95 * sorted.length) - 1]
    },
    p95Ms: () => p95,
  }
}
