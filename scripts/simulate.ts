/**
 * `npm run simulate`: the flows themselves on memory adapters, with one virtual clock, one source of chance
 * and faults at every call of a port. `--seeds 10000` for a release, `--seed N` to see one run in sentences,
 * with `--trace` every step of it, `--planted` to see that it finds what it must find.
 */
import { parseArgs } from 'node:util'
import { simulate, tell } from '../test/simulation/lanes/lanes.ts'
import { reportLines, rareFaults } from '../test/simulation/lanes/report.ts'
import { BUGS } from '../test/simulation/plant/bugs.ts'

const SEEDS = 1_000
/** What a full run is: from here on each kind of fault has to have fired often. */
const FULL_SEEDS = 10_000
const FIRED_MIN = 1_000
const STORIES_MAX = 3
const SHRINK_RUNS_MAX = 400
const PLANTED_SEEDS_MAX = 4_000
const PROGRESS_EVERY_MS = 10_000

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    /** The first of them. */
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    workers: { type: 'string', default: '2' },
    planted: { type: 'boolean', default: false },
    /** With `--planted`: only the bugs whose names this pattern finds. */
    only: { type: 'string', default: '' },
  },
})
const first = Number(values.from)
const lanes = Number(values.workers)

if (values.seed !== undefined) process.exitCode = (await oneSeed(Number(values.seed))) ? 0 : 1
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
  const seeds = Number(values.seeds ?? SEEDS)
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
  const seeds = Number(values.seeds ?? PLANTED_SEEDS_MAX)
  const wanted = new RegExp(values.only)
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

function nowAndThen(words: (done: number) => string): (done: number) => void {
  let saidAt = performance.now()
  return (done) => {
    if (performance.now() - saidAt < PROGRESS_EVERY_MS) return
    saidAt = performance.now()
    console.log(words(done))
  }
}
