/** Work that a batch leaves behind, one piece after the other. The log's position waits for it, so that a crash repeats it. */
export interface Background {
  start(work: (signal: AbortSignal) => Promise<void>): void
  /** False while something runs. Throws what failed. */
  isDone(): boolean
  /** Asks everything to end, and waits for it. */
  stop(): Promise<void>
}

export function background(): Background {
  const ending = new AbortController()
  let last: Promise<void> = Promise.resolve()
  let unfinished = 0
  let failure: { readonly error: unknown } | undefined

  return {
    start(work) {
      unfinished += 1
      last = last
        .then(() => work(ending.signal))
        .catch((error: unknown) => {
          failure ??= { error }
        })
        .then(() => {
          unfinished -= 1
        })
    },
    isDone() {
      if (failure !== undefined) throw failure.error
      return unfinished === 0
    },
    async stop() {
      ending.abort()
      await last
    },
  }
}
