import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { ownerOf, readRunFile } from './run-file.ts'
import { until } from './until.ts'

const READY_DEADLINE_MS = 300_000

/** Starts the supervisor in the background, shows what it says until it is ready, then leaves it. */
export async function startDetached(home: string): Promise<number> {
  if (ownerOf(home) !== undefined) {
    throw new Error(`Headwater already runs from ${home}. npm run stop ends it.`)
  }
  mkdirSync(path.join(home, 'logs'), { recursive: true })
  const logFile = path.join(home, 'logs', 'start.log')
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, [path.join(import.meta.dirname, '..', 'start.ts')], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  let exitCode: number | undefined
  child.once('exit', (code) => (exitCode = code ?? 1))

  let shown = 0
  const show = () => {
    const text = readFileSync(logFile, 'utf8')
    process.stdout.write(text.slice(shown))
    shown = text.length
  }
  await until(
    () => {
      show()
      return exitCode !== undefined || readRunFile(home)?.supervisor.pid === child.pid
    },
    { deadlineMs: READY_DEADLINE_MS, what: 'a ready Headwater', everyMs: 100 },
  )
  if (exitCode !== undefined) return exitCode
  await until(
    () => {
      show()
      return /^Ready after/m.test(readFileSync(logFile, 'utf8'))
    },
    { deadlineMs: 10_000, what: 'the last line of the start', everyMs: 20 },
  )
  show()
  console.log(`It goes on in the background (process ${child.pid}). npm run stop ends it.`)
  child.unref()
  return 0
}
