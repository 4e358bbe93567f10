/**
 * `npm run faults`: the long half of the fault runs. `--reads 30000` for each store, `--kills 67` for each
 * pair of steps, `--only redis` for the runs whose names have that word, `--log kafka` for those on Kafka.
 * Where Kafka cannot be had its runs are left out, with the reason.
 */
import path from 'node:path'
import { killRuns } from '../test/faults/kill-runs.ts'
import { overloadRun, postgresRuns, redisRuns } from '../test/faults/long-half.ts'
import { table, type Row } from '../test/faults/row.ts'
import { STORES } from '../test/faults/stack-lines.ts'
import { startGround } from '../test/faults/start-ground.ts'
import { storeRun } from '../test/faults/store-run.ts'
import { makeRunFolder, removeRunFolder, removeRunFolderAtExit } from '../test/support/run.ts'
import { commandLine } from './local/command-line.ts'
import { homeFolder } from './local/run-file.ts'
import { missingForKafka } from './services/kafka-jars.ts'

const { values } = commandLine({
  name: 'npm run faults',
  what: 'The long half of the fault runs: breaks stores and processes, and says who noticed.',
  options: {
    reads: { type: 'number', min: 1, default: 30_000, what: 'reads while each store is away' },
    kills: { type: 'number', min: 0, default: 67, what: 'kills at each pair of steps' },
    only: {
      type: 'text',
      value: 'WORDS',
      what: 'the runs whose names have these words',
      otherwise: 'all',
    },
    log: {
      type: 'text',
      value: 'LOG',
      oneOf: ['outbox', 'kafka'],
      what: 'the runs on this log: outbox or kafka',
      otherwise: 'both',
    },
  },
})
const { reads, kills: killsPerPair, only = '', log: onlyLog = '' } = values

const say = (words: string) => console.log(`  ${words}`)
const folder = await makeRunFolder()
removeRunFolderAtExit(folder)
try {
  const toolsDir = path.join(homeFolder(process.env), 'tools')
  const missing = missingForKafka(toolsDir)
  const all = [
    ...STORES.map((store) => storeRun(store, { reads, report: say })),
    ...redisRuns({ reads, report: say }),
    ...postgresRuns(),
    overloadRun(),
    ...killRuns({ killsPerPair, report: say }),
    storeRun('kafka', { reads, report: say }),
    ...killRuns({ killsPerPair, report: say, log: 'kafka' }),
  ]
  const wanted = all.filter(
    ({ name, log = 'outbox' }) => name.includes(only) && log.includes(onlyLog),
  )
  const runs = wanted.filter(({ log }) => log !== 'kafka' || missing.length === 0)
  if (runs.length < wanted.length) {
    console.log(`${wanted.length - runs.length} runs on Kafka are skipped: ${missing.join(' ')}`)
  }
  const minutes = Math.ceil(runs.reduce((sum, { seconds }) => sum + seconds, 0) / 60)
  console.log(`${runs.length} runs, about ${minutes} minutes`)
  const isOnKafka = runs.some(({ log }) => log === 'kafka')
  const ground = await startGround({ folder, toolsDir, isOnKafka, say })
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
