import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { identify, isGone, isRunning, type ProcessIdentity } from '../local/process-identity.ts'
import { until } from '../local/until.ts'

/** Maven's first download is what another command may have to be waited for. */
const TURN_DEADLINE_MS = 300_000

/** One command at a time for a folder. The file of one that was killed is recognised by its process being gone. */
export async function exclusively<T>(folder: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'busy.pid')
  await until(() => claim(file), {
    deadlineMs: TURN_DEADLINE_MS,
    what: `the end of another command on ${folder}`,
    everyMs: 100,
  })
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function claim(file: string): boolean {
  const owner = ownerOf(file)
  if (owner !== undefined && isRunning(owner)) return false
  if (owner !== undefined) rmSync(file, { force: true })
  try {
    writeFileSync(file, JSON.stringify(identify(process.pid)), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function ownerOf(file: string): ProcessIdentity | undefined {
  try {
    const text = readFileSync(file, 'utf8')
    // Empty while its owner writes it: the next look sees who that is.
    return text === '' ? identify(process.pid) : (JSON.parse(text) as ProcessIdentity)
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}
