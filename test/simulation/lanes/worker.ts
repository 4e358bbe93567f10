import { setImmediate as turn } from 'node:timers/promises'
import { assertAllPlanted } from '../../oracle/plant/register.ts'
import { addSeed, noSeeds, type SeedsResult } from './seeds.ts'
import { run } from '../run/run.ts'
import { scenarioOf } from '../scenario/scenario.ts'
import { shrunk } from '../scenario/shrink.ts'
import { storyOf } from '../scenario/story.ts'

/** A child process: what it is told, and what it tells. */
export type LaneTask =
  /** Every so-manyth seed. Stops at the first failure when only that is wanted. */
  | {
      readonly kind: 'seeds'
      readonly first: number
      readonly seeds: number
      readonly step: number
      readonly untilFailure: boolean
    }
  /** One seed, with every step. */
  | { readonly kind: 'trace'; readonly seed: number }
  /** The shortest run that fails as this seed does. */
  | { readonly kind: 'story'; readonly seed: number; readonly runsMax: number }

export type LaneWords =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'seeds'; readonly result: SeedsResult; readonly cpuMs: number }
  | { readonly kind: 'lines'; readonly lines: readonly string[]; readonly failed: boolean }

const PROGRESS_EVERY = 50

const tell = (words: LaneWords): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) throw new Error('a worker has to be forked')
    process.send(words, undefined, undefined, () => resolve())
  })

/** Whatever runs here has its time and chance handed in: what reaches for those of the machine is wrong. */
function takeTimeAway(): void {
  const forbid = (what: string) => () => {
    throw new TypeError(`a flow reaches for ${what}, which is not handed in`)
  }
  Date.now = forbid('Date.now')
  Math.random = forbid('Math.random')
  crypto.randomUUID = forbid('crypto.randomUUID') as typeof crypto.randomUUID
  globalThis.setTimeout = forbid('setTimeout') as unknown as typeof setTimeout
  globalThis.setInterval = forbid('setInterval') as unknown as typeof setInterval
}

// Without its parent nobody would hear what it finds.
process.once('disconnect', () => process.exit())
process.once('message', (task: LaneTask) => void work(task))

async function work(task: LaneTask): Promise<void> {
  assertAllPlanted()
  takeTimeAway()
  if (task.kind === 'seeds') await tell(await runSeeds(task))
  else await tell(await tellOne(task))
  process.disconnect()
}

async function runSeeds(task: Extract<LaneTask, { kind: 'seeds' }>): Promise<LaneWords> {
  const result = noSeeds()
  const before = process.cpuUsage()
  for (let at = 0; at < task.seeds; at += 1) {
    await addSeed(result, task.first + at * task.step)
    // A run goes from promise to promise. What it held weakly is let go when the event loop comes round.
    await turn()
    if (task.untilFailure && result.failures.length > 0) break
    if ((at + 1) % PROGRESS_EVERY === 0) await tell({ kind: 'progress', done: at + 1 })
  }
  const { user, system } = process.cpuUsage(before)
  return { kind: 'seeds', result, cpuMs: (user + system) / 1_000 }
}

async function tellOne(task: Exclude<LaneTask, { kind: 'seeds' }>): Promise<LaneWords> {
  const lines: string[] = []
  const scenario = scenarioOf(task.seed)
  if (task.kind === 'trace') {
    const { failure } = await run(scenario, (line) => lines.push(line))
    if (failure !== undefined) lines.push(`promise ${failure.promise}: ${failure.words}`)
    return { kind: 'lines', lines, failed: failure !== undefined }
  }
  const shortest = await shrunk(scenario, task.runsMax)
  if (shortest === undefined) return { kind: 'lines', lines: ['It holds.'], failed: false }
  return { kind: 'lines', lines: await storyOf(shortest), failed: true }
}
