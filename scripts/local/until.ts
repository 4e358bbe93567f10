import { setTimeout as delay } from 'node:timers/promises'

export interface UntilOptions {
  readonly deadlineMs: number
  /** Named in the error when the deadline passes. */
  readonly what: string
  readonly everyMs?: number
  readonly signal?: AbortSignal
}

/** Asks again and again until the answer is neither `false` nor `undefined`, and returns it. */
export async function until<T>(
  ask: () => T | Promise<T>,
  { deadlineMs, what, everyMs = 20, signal }: UntilOptions,
): Promise<Exclude<T, false | undefined>> {
  const endsAt = performance.now() + deadlineMs
  for (;;) {
    signal?.throwIfAborted()
    const answer = await ask()
    if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>
    if (performance.now() > endsAt) throw new Error(`${what}: not within ${deadlineMs} ms`)
    await delay(everyMs, undefined, signal === undefined ? {} : { signal })
  }
}
