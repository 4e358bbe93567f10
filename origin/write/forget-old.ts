import { FORGET_EVERY_MS, FORGET_ROWS_MAX } from '../../shared/limits.ts'
import type { Forgetting } from '../ports/forgetting.ts'

export interface ForgetOldDeps {
  readonly forgetting: Forgetting
  /** Resolves after the time, or at once when the signal aborts. */
  readonly pause: (durationMs: number, signal: AbortSignal) => Promise<void>
  readonly onFailure: (error: unknown) => void
}

/** Sweeps until the signal aborts. A sweep that fails is made up for by the next one. */
export async function forgetOld(
  { forgetting, pause, onFailure }: ForgetOldDeps,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const forgotten = await forgetting.answers().catch((error: unknown) => {
      onFailure(error)
      return 0
    })
    // A full sweep left more behind it: go on at once.
    if (forgotten < FORGET_ROWS_MAX) await pause(FORGET_EVERY_MS, signal)
  }
}
