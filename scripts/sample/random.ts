/** The same seed gives the same sample, so that two people who compare what they see see the same. */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number
  below(bound: number): number
  pick<T>(items: readonly T[]): T
  chance(share: number): boolean
}

/** mulberry32: small, and good enough for prose and graphs. */
export function random(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    pick(items) {
      const item = items[below(items.length)]
      if (item === undefined) throw new TypeError('a pick from nothing')
      return item
    },
    chance: (share) => next() < share,
  }
}
