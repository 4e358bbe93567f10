/**
 * Tells everyone who reads the outbox that there is something new. A hint: who misses it polls.
 *
 * Promises: `raise` neither throws nor waits; it wakes listeners in this process at once and those in
 * others over the store, and many within a few milliseconds wake them once more, after the last.
 */
export interface Signal extends AsyncDisposable {
  readonly raise: () => void
  /** Answers how to stop listening. */
  listen(wake: () => void): () => void
}
