import { run, type RunResult } from '../run/run.ts'
import { scenarioOf } from '../scenario/scenario.ts'
import { FAULT_KINDS, type FaultKind } from '../world/faults.ts'
import { digest, joined } from './digest.ts'

/** What many runs came to. */
export interface SeedsResult {
  seeds: number
  awakeMs: number
  timers: number
  digest: number
  readonly fired: Map<FaultKind, number>
  readonly served: Map<string, number>
  readonly counts: {
    writes: number
    refusedWrites: number
    pages: number
    completePages: number
    refusedReads: number
    looks: number
  }
  readonly failures: SeedFailure[]
}

export interface SeedFailure {
  readonly seed: number
  readonly promise: number
  readonly words: string
}

export const noSeeds = (): SeedsResult => ({
  seeds: 0,
  awakeMs: 0,
  timers: 0,
  digest: 0,
  fired: new Map(FAULT_KINDS.map((kind) => [kind, 0])),
  served: new Map(),
  counts: {
    writes: 0,
    refusedWrites: 0,
    pages: 0,
    completePages: 0,
    refusedReads: 0,
    looks: 0,
  },
  failures: [],
})

const add = <Key>(into: Map<Key, number>, from: ReadonlyMap<Key, number>) => {
  for (const [key, count] of from) into.set(key, (into.get(key) ?? 0) + count)
}

/** One seed, added to those before it. */
export async function addSeed(result: SeedsResult, seed: number): Promise<RunResult> {
  const said = digest()
  const ran = await run(scenarioOf(seed), said.add)
  result.seeds += 1
  result.awakeMs += ran.awakeMs
  result.timers += ran.timers
  result.digest = joined(result.digest, seed, said.value())
  add(result.fired, ran.fired)
  const { servedBy, ...counts } = ran.tally
  add(result.served, servedBy)
  for (const [name, count] of Object.entries(counts)) {
    result.counts[name as keyof typeof counts] += count
  }
  if (ran.failure !== undefined) result.failures.push({ seed, ...ran.failure })
  return ran
}

export function addAll(into: SeedsResult, from: SeedsResult): void {
  into.seeds += from.seeds
  into.awakeMs += from.awakeMs
  into.timers += from.timers
  into.digest = (into.digest + from.digest) >>> 0
  add(into.fired, from.fired)
  add(into.served, from.served)
  for (const [name, count] of Object.entries(from.counts)) {
    into.counts[name as keyof SeedsResult['counts']] += count
  }
  into.failures.push(...from.failures)
}
