import type { Figure } from './figure.ts'

export interface Sides {
  readonly rounds: number
  readonly bare: () => Promise<number>
  readonly ours: () => Promise<number>
}

export interface Compared {
  /** Ours divided by bare, one a round. */
  readonly ratios: readonly number[]
  readonly control: readonly number[]
  readonly bare: readonly number[]
  readonly ours: readonly number[]
}

/**
 * Bare, ours, bare again: ours is compared with the mean of its two neighbours in time, so that a machine
 * that drifts moves both sides alike. The second bare against the first is the control: what a ratio of
 * two equal things looks like here and now. One round before them warms both sides and is not counted.
 */
export async function interleaved({ rounds, bare, ours }: Sides): Promise<Compared> {
  await bare()
  await ours()
  const compared = { ratios: [], control: [], bare: [], ours: [] } as {
    [Part in keyof Compared]: number[]
  }
  for (let round = 0; round < rounds; round += 1) {
    const before = await bare()
    const between = await ours()
    const after = await bare()
    compared.bare.push(before, after)
    compared.ours.push(between)
    compared.ratios.push((2 * between) / (before + after))
    compared.control.push(after / before)
  }
  return compared
}

/** A figure whose values are the ratios. */
export const ratioFigure = (
  figure: Omit<Figure, 'values' | 'control' | 'unit'>,
  { ratios, control }: Compared,
): Figure => ({ ...figure, unit: '×', values: ratios, control })
