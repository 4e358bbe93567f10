import { median, notJudged, type Figure } from './figure.ts'

/** Of each round, workerd's CPU for an answer, in microseconds. */
interface Cpu {
  readonly ours: readonly number[]
  readonly bare: readonly number[]
}

export const cpuFigures = (sides: Readonly<Record<string, Cpu>>): readonly Figure[] =>
  Object.entries(sides)
    .filter(([, { ours }]) => ours.length > 0)
    .map(([name, { ours, bare }]) => ({
      name: `${name}-cpu`,
      claim: 'the same by CPU of workerd: what a machine that is busy otherwise leaves alone',
      unit: '×',
      bound: notJudged,
      // The first of each warmed both sides.
      values: ours.slice(1).map((us) => median(bare.slice(1)) / us),
      sides: `${Math.round(median(ours.slice(1)))} µs against ${Math.round(median(bare.slice(1)))} µs an answer`,
    }))
