export interface Progress {
  /** One line for what begins and takes long enough to be wondered about. */
  say(words: string): void
  /** One line when a step is done, with how long it took. */
  step<T>(words: string, work: () => Promise<T>): Promise<T>
}

export function progress(write: (line: string) => void, now: () => number): Progress {
  return {
    say: write,
    async step(words, work) {
      const startedAt = now()
      const result = await work()
      write(`  ✓ ${words} (${((now() - startedAt) / 1000).toFixed(1)} s)`)
      return result
    },
  }
}
