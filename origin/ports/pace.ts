/** Time and chance, handed in: tests own them. */
export interface Pace {
  /** Milliseconds since some moment; never goes back. */
  readonly now: () => number
  /** Ends early, and never rejects, when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** From 0 to below 1. */
  readonly random: () => number
}
