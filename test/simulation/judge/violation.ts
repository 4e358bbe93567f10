/** A promise that did not hold, and what was seen. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly promise: number

  constructor(promise: number, words: string) {
    super(words)
    this.promise = promise
  }
}

export function must(promise: number, holds: boolean, words: () => string): asserts holds {
  if (!holds) throw new Violation(promise, words())
}
