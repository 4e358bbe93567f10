/** A promise that did not hold, in words that name what was seen. */
class Violation extends Error {
  override readonly name = 'Violation'
}

export function must(holds: boolean, words: () => string): asserts holds {
  if (!holds) throw new Violation(words())
}
