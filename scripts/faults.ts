/**
 * `npm run faults`: the long half of the fault runs. `--reads 30000` for each store, `--kills 67` for each
 * pair of steps, `--only redis` for the runs whose names have that word, `--log kafka` for those on Kafka.
 * Where Kafka cannot be had its runs are left out, with the reason.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { migrate } from '../drizzle/migrate.ts'
import { STORES, type Store } from '../test/faults/faulty-stack.ts'
import { groundIn, type Ground } from '../test/faults/ground.ts'
import {
  overloadRun,
  PER_SECOND,
  postgresRuns,
  redisRuns,
  warmWorld,
  type Run,
} from '../test/faults/long-half.ts'
import { CRASH_POINTS, onLog, PLANTED, type Pair } from '../test/faults/points.ts'
import { table, type Row } from '../test/faults/row.ts'
import { kills } from '../test/faults/runs/kills.ts'
import { MODES, storeAway } from '../test/faults/runs/store-away.ts'
import {
  makeRunFolder,
  removeRunFolder,
  removeRunFolderAtExit,
  spawnIn,
} from '../test/support/run.ts'
import { freePort } from './local/ports.ts'
import { fetchKafka, missingForKafka } from './services/kafka-jars.ts'
import { startPostgres } from './local/postgres.ts'
import { findRedisBinary } from './local/redis-binary.ts'
import { homeFolder } from './local/run-file.ts'

/** Of a kill, the start of who follows, and what both cost. */
const KILL_SECONDS = 7
const PLANTED_KILLS = 6

const { values } = parseArgs({
  options: {
    reads: { type: 'string', default: '30000' },
    kills: { type: 'string', default: '67' },
    only: { type: 'string', default: '' },
    log: { type: 'string', default: '' },
  },
})
const reads = Number(values.reads)
const killsPerPair = Number(values.kills)

const say = (words: string) => console.log(`  ${words}`)
const folder = await makeRunFolder()
removeRunFolderAtExit(folder)
try {
  const toolsDir = path.join(homeFolder(process.env), 'tools')
  const missing = missingForKafka(toolsDir)
  const all = [
    ...storeRuns(),
    ...redisRuns({ reads, report: say }),
    ...postgresRuns(),
    overloadRun(),
    killRun(),
    ...plantedRuns(),
    ...kafkaRuns(),
  ]
  const wanted = all.filter(
    ({ name, log = 'outbox' }) => name.includes(values.only) && log.includes(values.log),
  )
  const runs = wanted.filter(({ log }) => log !== 'kafka' || missing.length === 0)
  if (runs.length < wanted.length) {
    console.log(`${wanted.length - runs.length} runs on Kafka are skipped: ${missing.join(' ')}`)
  }
  const minutes = Math.ceil(runs.reduce((sum, { seconds }) => sum + seconds, 0) / 60)
  console.log(`${runs.length} runs, about ${minutes} minutes`)
  const ground = await makeGround(
    toolsDir,
    runs.some(({ log }) => log === 'kafka'),
  )
  const rows: Row[] = []
  for (const { name, go } of runs) {
    console.log(`${name} …`)
    try {
      rows.push(...(await go(ground)))
    } catch (error) {
      rows.push({ run: name, found: {}, problems: [String(error)] })
    }
  }
  console.log(table(rows))
  process.exitCode = rows.length > 0 && rows.every(({ problems }) => problems.length === 0) ? 0 : 1
} finally {
  await removeRunFolder(folder)
}

function storeRuns(): readonly Run[] {
  return STORES.map((store) => storeRun(store))
}

function kafkaRuns(): readonly Run[] {
  const runs = [storeRun('kafka'), killRun('kafka'), ...plantedRuns('kafka')]
  return runs.map((run) => ({ ...run, log: 'kafka' as const }))
}

function storeRun(store: Store): Run {
  return {
    name: `without ${store}`,
    seconds: reads / PER_SECOND + 60,
    async go(ground) {
      await using world = await warmWorld(ground, store === 'kafka' ? { kafkaBrokers: 1 } : {})
      const rows: Row[] = []
      for (const mode of MODES) {
        const each = {
          reads: Math.ceil(reads / MODES.length),
          perSecond: PER_SECOND,
          isTimed: true,
        }
        rows.push(await storeAway(world.stack, world.warm, { store, mode, ...each }))
        say(table(rows.slice(-1)))
      }
      return rows
    },
  }
}

/** The pairs in turn, and the points of a pair in turn. */
function killRun(log?: 'kafka'): Run {
  const byPair = Map.groupBy(onLog(CRASH_POINTS, log), ({ pair }) => pair)
  const nameAt = (pair: Pair, nth: number) => {
    const points = byPair.get(pair) ?? []
    return points[nth % points.length]?.name ?? ''
  }
  const at = Array.from({ length: killsPerPair }, (_, nth) =>
    [...byPair.keys()].map((pair) => nameAt(pair, nth)),
  ).flat()
  const run = log === undefined ? 'kills' : `kills on ${log}`
  return {
    name: run,
    seconds: at.length * KILL_SECONDS,
    go: async (ground) => [await kills(ground, { run, at, report: say, ...onIt(log) })],
  }
}

/** A run that finds nothing wrong with a fault planted has not looked. */
function plantedRuns(log?: 'kafka'): readonly Run[] {
  return onLog(PLANTED, log).map((planted) => ({
    name: `planted${log === undefined ? '' : ` on ${log}`}: ${planted.name}`,
    seconds: PLANTED_KILLS * KILL_SECONDS,
    async go(ground) {
      const at = Array.from({ length: PLANTED_KILLS }, () => planted.points).flat()
      const how = { run: planted.name, at, planted, report: say, ...onIt(log) }
      const row = await kills(ground, how)
      // A point that was not hit, or a run that did not end, is no finding.
      const seen = row.problems.filter((problem) => !problem.startsWith('Error'))
      const isSeen = seen.length > 0
      const found = { ...row.found, seen: seen.length }
      const problems = isSeen ? [] : ['nobody noticed']
      return [
        {
          run: `planted${log === undefined ? '' : ` on ${log}`}: ${planted.name}`,
          found,
          problems,
        },
      ]
    },
  }))
}

function onIt(log?: 'kafka') {
  return log === undefined ? {} : { log }
}

async function makeGround(toolsDir: string, isOnKafka: boolean): Promise<Ground> {
  const spawnChild = spawnIn(folder)
  const kafkaLib = isOnKafka
    ? await fetchKafka({ toolsDir, logsDir: folder, spawnChild, say })
    : undefined
  const redisBinary = await findRedisBinary({ toolsDir, report: say })
  const { url } = await startPostgres({
    dataDir: path.join(folder, 'postgres'),
    logFile: path.join(folder, 'postgres.log'),
    port: await freePort(),
    password: 'headwater',
    isDurable: false,
    spawnChild,
  })
  const template = 'headwater_template'
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create database ${template}`)
  await client.end()
  await migrate(url.replace(/\/[^/]*$/, `/${template}`))
  return groundIn({ folder, redisBinary, postgresUrl: url, template, spawnChild, kafkaLib })
}
