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
  readonly shrinkMsMax?: number
}

export interface LanesResult {
  readonly runs: number
  readonly tally: Tally
  readonly failures: readonly (NonNullable<ModelResult['failure']> & { readonly seed: number })[]
}

/** The runs shared among processes, each with a seed of its own: `seed` for the first, then the next ones. */
export async function onLanes(options: LanesOptions): Promise<LanesResult> {
  const { places, runs, seed, path, onProgress, shrinkMsMax } = options
  const done = places.map(() => 0)
  const results = await Promise.all(
    places.map((place, lane) =>
      inChild({
        ...place,
        seed: seed + lane,
        path,
        runs: Math.floor((runs + lane) / places.length),
        ...(shrinkMsMax === undefined ? {} : { shrinkMsMax }),
        onProgress(count) {
          done[lane] = count
          onProgress?.(done.reduce((sum, each) => sum + each, 0))
        },
      }),
    ),
  )
  const tally = newTally()
  for (const result of results) addTally(tally, result.tally)
  return {
    runs: results.reduce((sum, result) => sum + result.runs, 0),
    tally,
    failures: results.flatMap(({ failure }, lane) =>
      failure === undefined ? [] : [{ ...failure, seed: seed + lane }],
    ),
  }
}

/** What was seen, the shortest run that shows it, and how to see it again. */
export function failureLines({ failures }: Pick<LanesResult, 'failures'>): string[] {
  return failures.flatMap(({ words, seed, path, run, foundAfter }) => [
    `After ${foundAfter} runs of seed ${seed}: ${words}`,
    `Again: npm run oracle -- --seed ${seed} --path ${path}`,
    JSON.stringify(run.scale),
    ...run.commands.map((command) => `  ${JSON.stringify(command)}`),
  ])
}
