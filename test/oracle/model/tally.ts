import type { Completeness } from '../../../shared/feed/page.ts'

/** What happened in runs, to be added up: pages by label and cause, and the caps that were met. */
export interface Tally {
  readonly pages: Record<Completeness, number>
  /** Pages that were labelled, by what was wrong then. */
  readonly causes: Map<string, number>
  /** By who answered. */
  readonly layers: Map<string, number>
  /** Pages of runs without any fault. */
  readonly faultless: Record<Completeness, number>
  readonly met: Map<Cap, number>
}

/** What every set of runs must have met, else it proved little. */
export const CAPS = [
  'gone',
  'list trimmed',
  'same millisecond',
  'seam crossed',
  'session ended',
  'walk ended',
] as const
export type Cap = (typeof CAPS)[number]

export const newTally = (): Tally => ({
  pages: { complete: 0, partial: 0, degraded: 0 },
  causes: new Map(),
  layers: new Map(),
  faultless: { complete: 0, partial: 0, degraded: 0 },
  met: new Map(),
})

export const count = <Key>(counts: Map<Key, number>, key: Key, by = 1): void =>
  void counts.set(key, (counts.get(key) ?? 0) + by)

export function addTally(sum: Tally, each: Tally): void {
  for (const label of ['complete', 'partial', 'degraded'] as const) {
    sum.pages[label] += each.pages[label]
    sum.faultless[label] += each.faultless[label]
  }
  for (const [cause, times] of each.causes) count(sum.causes, cause, times)
  for (const [layer, times] of each.layers) count(sum.layers, layer, times)
  for (const [cap, times] of each.met) count(sum.met, cap, times)
}

const share = (part: number, whole: number): string =>
  whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(1)} %`

/** For people: a few lines that say what a number of runs met. */
export function tallyLines({ pages, faultless, causes, layers, met }: Tally): string[] {
  const all = pages.complete + pages.partial + pages.degraded
  const clean = faultless.complete + faultless.partial + faultless.degraded
  const listed = <Key>(counts: Map<Key, number>) =>
    [...counts]
      .toSorted((a, b) => b[1] - a[1])
      .map(([key, times]) => `${String(key)} ${times}`)
      .join(', ')
  return [
    `${all} pages, complete ${share(pages.complete, all)}; of ${clean} in runs without faults ${share(faultless.complete, clean)}`,
    `labelled pages by cause: ${causes.size === 0 ? 'none' : listed(causes)}`,
    `answered by: ${listed(layers)}`,
    `met: ${listed(met)}`,
  ]
}

export const completeShare = ({ pages }: Tally): number => {
  const all = pages.complete + pages.partial + pages.degraded
  return all === 0 ? 1 : pages.complete / all
}
