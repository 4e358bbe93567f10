/**
 * `npm run simulate`: the flows themselves on memory adapters, with one virtual clock, one source of chance
 * and faults at every call of a port. `--seeds 10000` for a release, `--seed N` to see one run in sentences,
 * with `--trace` every step of it, `--planted` to see that it finds what it must find.
 */
import { simulate, tell } from '../test/simulation/lanes/lanes.ts'
import { reportLines, rareFaults } from '../test/simulation/lanes/report.ts'
import { BUGS } from '../test/simulation/plant/bugs.ts'
import { commandLine } from './local/command-line.ts'
import { nowAndThen } from './local/now-and-then.ts'

const SEEDS = 1_000
/** What a full run is: from here on each kind of fault has to have fired often. */
const FULL_SEEDS = 10_000
const FIRED_MIN = 1_000
const STORIES_MAX = 3
const SHRINK_RUNS_MAX = 400
const PLANTED_SEEDS_MAX = 4_000

const { values, refuse } = commandLine({
  name: 'npm run simulate',
  what: 'The flows on memory stores and a virtual clock, with faults at every call of a port.',
  options: {
    seeds: {
      type: 'number',
      min: 1,
      what: 'how many seeds; with --planted, how many a bug may take',
      otherwise: `${SEEDS}; with --planted ${PLANTED_SEEDS_MAX}`,
    },
    from: { type: 'number', min: 0, default: 1, what: 'the first of them' },
    seed: { type: 'number', min: 0, what: 'this one alone, in sentences', otherwise: 'many' },
    trace: { type: 'flag', what: 'with --seed: every step of it' },
    workers: { type: 'number', min: 1, default: 2, what: 'processes at once' },
    planted: { type: 'flag', what: 'whether it finds the bugs that it must find' },
    only: {
      type: 'text',
      value: 'PATTERN',
      what: 'with --planted: the bugs whose names this pattern finds',
      otherwise: 'all',
    },
  },
})
const { from: first, workers: lanes } = values

if (values.seed !== undefined) process.exitCode = (await oneSeed(values.seed)) ? 0 : 1
else process.exitCode = (values.planted ? await findPlanted() : await manySeeds()) ? 0 : 1

async function oneSeed(seed: number): Promise<boolean> {
  const task = values.trace
    ? ({ kind: 'trace', seed } as const)
    : ({ kind: 'story', seed, runsMax: SHRINK_RUNS_MAX } as const)
  const { lines, failed } = await tell(task)
  for (const line of lines) console.log(line)
  return !failed
}

async function manySeeds(): Promise<boolean> {
  const seeds = values.seeds ?? SEEDS
  console.log(`${seeds} seeds from ${first} on, in ${lanes} processes`)
  const startedAt = performance.now()
  const say = nowAndThen((done) => `  ${done} of ${seeds}`)
  const simulated = await simulate({ first, seeds, lanes, onProgress: say })
  const wallMs = performance.now() - startedAt
  for (const line of reportLines(simulated, wallMs)) console.log(line)

  const { failures } = simulated.result
  for (const { seed } of failures.slice(0, STORIES_MAX)) {
    console.log(`\nSeed ${seed}, as short as it gets (again: npm run simulate -- --seed ${seed}):`)
    const { lines } = await tell({ kind: 'story', seed, runsMax: SHRINK_RUNS_MAX })
    for (const line of lines) console.log(line)
  }
  const rare = seeds >= FULL_SEEDS ? rareFaults(simulated.result, FIRED_MIN) : []
  for (const kind of rare) console.log(`“${kind}” fired less than ${FIRED_MIN} times`)
  return failures.length === 0 && rare.length === 0
}

/** Each bug alone, until it is found: how many seeds that took. */
async function findPlanted(): Promise<boolean> {
  const seeds = values.seeds ?? PLANTED_SEEDS_MAX
  const wanted = patternOf(values.only ?? '')
  const waiting = BUGS.filter(({ name }) => wanted.test(name))
  console.log(`${waiting.length} bugs, at most ${seeds} seeds each, from ${first} on`)
  let missed = 0
  const lane = async () => {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const { result } = await simulate({
        first,
        seeds,
        lanes: 1,
        planted: bug.replacements,
        untilFailure: true,
      })
      const [failure] = result.failures
      if (failure === undefined) missed += 1
      const [seen = ''] = (failure?.words ?? '').split('\n')
      console.log(
        failure === undefined
          ? `NOT FOUND   ${bug.name}`
          : `seed ${String(failure.seed).padStart(5)}  ${bug.name}\n            promise ${failure.promise}: ${seen}`,
      )
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  console.log(missed === 0 ? 'All were found.' : `${missed} were not found.`)
  return missed === 0
}

function patternOf(words: string): RegExp {
  try {
    return new RegExp(words)
  } catch {
    // All that can be wrong is what was typed.
    return refuse(`--only takes a regular expression, not “${words}”.`)
  }
}
