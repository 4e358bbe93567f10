import type { FaultKind } from '../world/faults.ts'
import type { Simulated } from './lanes.ts'
import type { SeedsResult } from './seeds.ts'

const count = (value: number): string => value.toLocaleString('en').padStart(11)

/** What many seeds came to, as a table. */
export function reportLines({ result, cpuMs }: Simulated, wallMs: number): string[] {
  const { seeds, awakeMs, counts, fired, served, failures } = result
  const layers = [...served].map(([layer, pages]) => `${layer} ${pages}`).toSorted()
  return [
    `${count(seeds)}  seeds in ${(wallMs / 1000).toFixed(1)} s, ${(cpuMs / seeds).toFixed(0)} ms of CPU each`,
    `${count(Math.round(awakeMs / 1000))}  virtual seconds: ${(awakeMs / wallMs).toFixed(0)} × real time, ${(awakeMs / cpuMs).toFixed(0)} × CPU time`,
    `${count(result.timers)}  moments at which something happened`,
    `${count(counts.writes)}  writes acknowledged, ${counts.refusedWrites} refused`,
    `${count(counts.pages)}  pages judged (${layers.join(', ')}), ${counts.completePages} of them complete; ${counts.refusedReads} reads refused`,
    `${count(counts.looks)}  single posts judged`,
    ...[...fired].map(([kind, times]) => `${count(times)}  ${kind}`),
    `     digest  ${result.digest.toString(16).padStart(8, '0')}`,
    failures.length === 0
      ? 'Every promise held.'
      : `${failures.length} seeds failed: ${failures
          .slice(0, 20)
          .map(({ seed, promise }) => `${seed} (promise ${promise})`)
          .join(', ')}`,
  ]
}

/** Kinds of faults that did not fire often enough to say that they are met. */
export const rareFaults = ({ fired }: SeedsResult, least: number): readonly FaultKind[] =>
  [...fired].filter(([, times]) => times < least).map(([kind]) => kind)
