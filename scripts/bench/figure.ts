/** One claim about speed, and what a run says of it. */
export interface Figure {
  /** Stable, kebab-case. */
  readonly name: string
  /** What was compared with what, in words. */
  readonly claim: string
  readonly unit: string
  readonly bound: Bound
  /** One value a round; the median is judged. */
  readonly values: readonly number[]
  /** The bare engine against itself in the same rounds: how far two equal things lay apart. */
  readonly control?: readonly number[]
  /** The two sides as they were measured, for whoever wants absolute numbers of this machine. */
  readonly sides?: string
}

/** `none`: shown beside the judged ones, to explain them. */
export type Bound =
  | { readonly kind: 'at-least'; readonly value: number }
  | { readonly kind: 'at-most'; readonly value: number }
  | { readonly kind: 'none' }

export const atLeast = (value: number): Bound => ({ kind: 'at-least', value })
export const atMost = (value: number): Bound => ({ kind: 'at-most', value })
export const notJudged: Bound = { kind: 'none' }

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half]
  if (upper === undefined) throw new TypeError('the median of nothing')
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2
}

export function fallsShort({ bound, values }: Figure): boolean {
  if (bound.kind === 'none') return false
  const value = median(values)
  // What is not a number was not measured, and must not pass.
  return !(bound.kind === 'at-least' ? value >= bound.value : value <= bound.value)
}
