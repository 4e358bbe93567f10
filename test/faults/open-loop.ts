import { setTimeout as delay } from 'node:timers/promises'

export interface OpenLoop {
  readonly perSecond: number
  /** Whether to send one more; asked before each. */
  readonly goesOn: (sent: number) => boolean
  /** Never rejects: what went wrong is part of what it found. */
  readonly send: (nth: number, dueAt: number) => Promise<void>
}

/**
 * Sends at a fixed rate whatever comes back, as people do: a store that hangs does not make them fewer.
 * Times count from when a request was due, so that a sender that was late itself hides no waiting.
 */
export async function openLoop({ perSecond, goesOn, send }: OpenLoop): Promise<void> {
  const startedAt = performance.now()
  const underWay = new Set<Promise<void>>()
  for (let nth = 0; goesOn(nth); nth += 1) {
    const dueAt = startedAt + (nth * 1_000) / perSecond
    const waitMs = dueAt - performance.now()
    if (waitMs > 1) await delay(waitMs)
    const one = send(nth, dueAt).finally(() => underWay.delete(one))
    underWay.add(one)
  }
  await Promise.all(underWay)
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
