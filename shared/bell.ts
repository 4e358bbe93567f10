/**
 * Wakes whoever waits. Each ring has a number, so that one between a look and the wait is not missed:
 * take `rings()` before looking, and wait for more than that.
 */
export interface Bell {
  readonly rings: () => number
  readonly ring: () => void
  /** Resolves at once when it rang since; otherwise at the next ring, or when the signal aborts. */
  readonly after: (rings: number, signal: AbortSignal) => Promise<void>
}

export function bell(): Bell {
  let rings = 0
  const waiting = new Set<() => void>()
  return {
    rings: () => rings,
    ring() {
      rings += 1
      const woken = [...waiting]
      waiting.clear()
      for (const wake of woken) wake()
    },
    after: (seen, signal) =>
      new Promise((resolve) => {
        if (rings > seen || signal.aborted) return resolve()
        const settle = () => {
          waiting.delete(settle)
          signal.removeEventListener('abort', settle)
          resolve()
        }
        waiting.add(settle)
        signal.addEventListener('abort', settle)
      }),
  }
}

/** Nobody looks at it, and without one each abort makes an exception with a stack, which costs more than all the rest. */
const OVER = 'over'

/** The next ring, or so much time, whichever is first. */
export async function rungOrAfter(
  { bell: waited, rings, ms }: { bell: Bell; rings: number; ms: number },
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  // Whichever loses must not go on waiting: this is done twenty times a second.
  const over = new AbortController()
  const end = () => over.abort(OVER)
  if (signal.aborted) return
  signal.addEventListener('abort', end)
  await Promise.race([sleep(ms, over.signal), waited.after(rings, over.signal)])
  signal.removeEventListener('abort', end)
  over.abort(OVER)
}
