import type { Place } from '../world/start-stores.ts'
import { inChild } from './in-child.ts'
import type { ModelResult } from './run-model.ts'
import { addTally, newTally, type Tally } from './tally.ts'

export interface LanesOptions {
  readonly places: readonly Place[]
  readonly runs: number
  readonly seed: number
  readonly path?: string | undefined
  readonly onProgress?: (done: number) => void
  /** At once: the other processes go on, for an hour if they were asked to. */
  readonly onFailure?: (failure: LaneFailure) => void
  readonly shrinkMsMax?: number
}

export type LaneFailure = NonNullable<ModelResult['failure']> & { readonly seed: number }

export interface LanesResult {
  readonly runs: number
  readonly tally: Tally
  readonly failures: readonly LaneFailure[]
}

/** The runs shared among processes, each with a seed of its own: `seed` for the first, then the next ones. */
export async function onLanes(options: LanesOptions): Promise<LanesResult> {
  const { places, runs, seed, path, onProgress, onFailure, shrinkMsMax } = options
  const done = places.map(() => 0)
  const failures: LaneFailure[] = []
  const results = await Promise.all(
    places.map(async (place, lane) => {
      const result = await inChild({
        ...place,
        seed: seed + lane,
        path,
        runs: Math.floor((runs + lane) / places.length),
        ...(shrinkMsMax === undefined ? {} : { shrinkMsMax }),
        onProgress(count) {
          done[lane] = count
          onProgress?.(done.reduce((sum, each) => sum + each, 0))
        },
      })
      if (result.failure !== undefined) {
        const failure = { ...result.failure, seed: seed + lane }
        failures.push(failure)
        onFailure?.(failure)
      }
      return result
    }),
  )
  const tally = newTally()
  for (const result of results) addTally(tally, result.tally)
  return {
    runs: results.reduce((sum, result) => sum + result.runs, 0),
    tally,
    failures,
  }
}

/** What was seen, the shortest run that shows it, and how to see it again. */
export function failureLines({ words, seed, path, run, foundAfter }: LaneFailure): string[] {
  return [
    `After ${foundAfter} runs of seed ${seed}: ${words}`,
    `Again: npm run oracle -- --seed ${seed} --path ${path}`,
    JSON.stringify(run.scale),
    ...run.commands.map((command) => `  ${JSON.stringify(command)}`),
  ]
}
