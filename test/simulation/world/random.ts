/** Chance, from a seed: the same numbers on every machine. */
export interface Random {
  /** From 0 to below 1. */
  readonly next: () => number
  /** From 0 to below `bound`. */
  readonly below: (bound: number) => number
  readonly between: (least: number, most: number) => number
  readonly chance: (share: number) => boolean
  readonly pick: <Item>(items: readonly Item[]) => Item
}

/** mulberry32: 32 bits of state are enough for a run of some thousand draws. */
export function randomOf(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return {
    next,
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (share) => next() < share,
    pick<Item>(items: readonly Item[]): Item {
      if (items.length === 0) throw new TypeError('a pick of nothing')
      return items[below(items.length)] as Item
    },
  }
}
