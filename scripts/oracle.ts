/**
 * `npm run oracle`: the model-based test of the whole, as long as one likes. `--runs 10000` for a release,
 * `--seed N --path P` to see one failing run again, `--planted` to see that it finds what it must find.
 */
import path from 'node:path'
import { inChild } from '../test/oracle/model/in-child.ts'
import { failureLines, onLanes, type LaneFailure } from '../test/oracle/model/on-lanes.ts'
import { tallyLines } from '../test/oracle/model/tally.ts'
import { BUGS } from '../test/oracle/plant/bugs.ts'
import { makePlace, type Place } from '../test/oracle/world/start-stores.ts'
import { ownPostgres } from '../test/support/own-postgres.ts'
import {
  makeRunFolder,
  removeRunFolder,
  removeRunFolderAtExit,
  spawnIn,
} from '../test/support/run.ts'
import { commandLine } from './local/command-line.ts'
import { nowAndThen } from './local/now-and-then.ts'
import { findRedisBinary } from './local/redis-binary.ts'
import { homeFolder } from './local/run-file.ts'

const RUNS = 300
const PLANTED_RUNS_MAX = 2_000

const { values } = commandLine({
  name: 'npm run oracle',
  what: 'The model-based test of the whole, as long as one likes.',
  options: {
    runs: {
      type: 'number',
      min: 1,
      what: 'how many runs; with --planted, how many a bug may take',
      otherwise: `${RUNS}; with --planted ${PLANTED_RUNS_MAX}`,
    },
    seed: { type: 'number', what: 'what the runs are drawn from', otherwise: 'another each time' },
    path: {
      type: 'text',
      value: 'P',
      what: 'with --seed: the one run that was found there',
      otherwise: 'all runs',
    },
    workers: { type: 'number', min: 1, default: 2, what: 'processes at once' },
    planted: { type: 'flag', what: 'whether it finds the bugs that it must find' },
    only: {
      type: 'text',
      value: 'WORDS',
      what: 'with --planted: the bugs whose names have these words',
      otherwise: 'all',
    },
  },
})
const { only = '', seed = Date.now() % 1_000_000_000 } = values

const folder = await makeRunFolder()
removeRunFolderAtExit(folder)
try {
  const isOk = values.planted ? await findPlanted() : await lookForBugs()
  process.exitCode = isOk ? 0 : 1
} finally {
  await removeRunFolder(folder)
}

async function lookForBugs(): Promise<boolean> {
  const runs = values.runs ?? RUNS
  const places = await makePlaces(values.path === undefined ? values.workers : 1)
  console.log(`${runs} runs of seed ${seed} in ${places.length} processes`)
  const say = nowAndThen((done) => `  ${done} of ${runs}`)
  const onFailure = (failure: LaneFailure) => console.log(failureLines(failure).join('\n'))
  const given = { places, runs, seed, path: values.path }
  const result = await onLanes({ ...given, onProgress: say, onFailure })
  console.log([`${result.runs} runs held`, ...tallyLines(result.tally)].join('\n  '))
  return result.failures.length === 0
}

/** Each bug alone, until it is found: how many runs that took. */
async function findPlanted(): Promise<boolean> {
  const runs = values.runs ?? PLANTED_RUNS_MAX
  const waiting = BUGS.filter(({ name }) => name.includes(only))
  console.log(`${waiting.length} bugs, seed ${seed}, at most ${runs} runs each`)
  let missed = 0
  const lane = async (place: Place) => {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const { failure } = await inChild({
        ...place,
        planted: bug.replacements,
        seed,
        runs,
        shrinkMsMax: 0,
      })
      if (failure === undefined) missed += 1
      const [seen = ''] = (failure?.words ?? '').split('\n')
      console.log(
        failure === undefined
          ? `NOT FOUND  ${bug.name}`
          : `run ${String(failure.foundAfter).padStart(4)}   ${bug.name}\n           ${seen}`,
      )
    }
  }
  await Promise.all((await makePlaces(values.workers)).map(lane))
  console.log(missed === 0 ? 'All were found.' : `${missed} were not found.`)
  return missed === 0
}

async function makePlaces(count: number): Promise<Place[]> {
  const toolsDir = path.join(homeFolder(process.env), 'tools')
  const spawnChild = spawnIn(folder)
  const postgresUrl = await ownPostgres(folder, spawnChild)
  const redisBinary = await findRedisBinary({ toolsDir, report: console.log })
  const options = { postgresUrl, redisBinary, folder, spawnChild }
  const places: Place[] = []
  for (let at = 1; at <= count; at += 1) places.push(await makePlace(`oracle_${at}`, options))
  return places
}
