import fc from 'fast-check'
import type { Stores } from '../world/stores.ts'
import { openWorld } from '../world/world.ts'
import { runs, type Run } from './commands.ts'
import { commandRunner } from './run-commands.ts'
import { addTally, newTally, type Tally } from './tally.ts'

const FAULTS = new Set([
  'flush',
  'evict',
  'snapshot',
  'roll-back',
  'kill-delivery',
  'redeliver',
  'lag',
  'away',
  'restart',
  'begin-warming',
  'settle',
  'late-fill',
  'overtake-tail',
  'lose-pushes',
  'overtake-read',
  'overtake-warming',
])

const isFaultless = ({ commands }: Run): boolean =>
  !commands.some((command) => FAULTS.has(command.do))

/** One run, from an empty world to its last command. Throws at the first promise that does not hold. */
async function performRun(stores: Stores, run: Run): Promise<Tally> {
  const world = await openWorld(stores, run.scale)
  const runner = commandRunner(world, isFaultless(run))
  try {
    await runner.prepare(run.scale)
    for (const command of run.commands) await runner.apply(command)
  } finally {
    await runner.finish()
    await world[Symbol.asyncDispose]()
  }
  return runner.tally
}

export interface ModelOptions {
  readonly seed: number
  readonly runs: number
  /** Of a failure that was found before: only this one is run. */
  readonly path?: string | undefined
  readonly onRun?: (done: number) => void
  /** Making a failing run smaller ends after this. */
  readonly shrinkMsMax?: number
}

export interface ModelResult {
  readonly tally: Tally
  readonly runs: number
  readonly failure:
    | {
        readonly words: string
        readonly path: string
        readonly run: Run
        readonly foundAfter: number
      }
    | undefined
}

/** Many runs from one seed. The first failing one is made smaller, and described. */
export async function checkModel(stores: Stores, options: ModelOptions): Promise<ModelResult> {
  const { seed, path, onRun, shrinkMsMax = 60_000 } = options
  const tally = newTally()
  let done = 0
  let foundAfter: number | undefined
  let shrinkUntil = Number.POSITIVE_INFINITY
  const details = await fc.check(
    fc.asyncProperty(runs, async (run) => {
      if (performance.now() > shrinkUntil) return
      try {
        addTally(tally, await performRun(stores, run))
      } catch (error) {
        if (foundAfter === undefined) {
          foundAfter = done + 1
          shrinkUntil = performance.now() + shrinkMsMax
        }
        throw error
      }
      if (foundAfter === undefined) onRun?.((done += 1))
    }),
    { seed, numRuns: options.runs, ...(path === undefined ? {} : { path }) },
  )
  const run = details.counterexample?.[0]
  return {
    tally,
    runs: done,
    failure:
      !details.failed || run === undefined
        ? undefined
        : {
            words:
              details.errorInstance instanceof Error
                ? (details.errorInstance.stack ?? '')
                : String(details.errorInstance),
            path: details.counterexamplePath ?? '',
            run,
            foundAfter: foundAfter ?? 0,
          },
  }
}
