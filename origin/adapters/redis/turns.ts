/** Orders calls on one connection: most may overlap, some stand alone. */
export interface Turns {
  /** Begins at once, unless a call that stands alone is waiting or running. */
  readonly alongside: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** Begins when every earlier call was answered; later ones wait for it. */
  readonly alone: <Result>(work: () => Promise<Result>) => Promise<Result>
}

export function turns(): Turns {
  const running = new Set<Promise<unknown>>()
  let barrier: Promise<unknown> = Promise.resolve()

  // Whoever called hears of a failure; those behind it only wait until it is over.
  const over = (result: Promise<unknown>): Promise<unknown> => result.catch(() => undefined)

  return {
    alongside(work) {
      const result = barrier.then(work)
      const ended = over(result)
      running.add(ended)
      void ended.then(() => running.delete(ended))
      return result
    },
    alone(work) {
      const result = Promise.all([barrier, ...running]).then(work)
      barrier = over(result)
      return result
    },
  }
}
