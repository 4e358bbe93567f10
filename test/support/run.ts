import { mkdirSync, rmSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile, readFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startChild, type SpawnChild } from '../../scripts/local/children.ts'
import { endLeftovers, forget, killLeftovers, remember } from '../../scripts/local/leftovers.ts'
import {
  identify,
  isGone,
  isRunning,
  type ProcessIdentity,
} from '../../scripts/local/process-identity.ts'

/** Everything that one run of the tests writes lies in one folder, which is removed after it. */
const RUNS_DIR = path.join(process.env['HEADWATER_HOME'] ?? tmpdir(), 'headwater-tests')

export async function makeRunFolder(): Promise<string> {
  await mkdir(RUNS_DIR, { recursive: true })
  await removeDeadRuns()
  const folder = await mkdtemp(path.join(RUNS_DIR, 'run-'))
  await writeFile(path.join(folder, 'owner.json'), JSON.stringify(identify(process.pid)))
  return folder
}

export async function removeRunFolder(folder: string): Promise<void> {
  await endLeftovers(path.join(folder, 'children'))
  await rm(folder, { recursive: true, force: true })
}

/** The same when the run is broken off: Ctrl-C and SIGTERM end this process without a teardown. */
export function removeRunFolderAtExit(folder: string): void {
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
  process.once('exit', () => {
    killLeftovers(path.join(folder, 'children'))
    // Servers write until they notice; what they leave is removed by the next run.
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
}

/** A child that is recorded, so that the end of the run, or the next run, finds it. */
export const spawnIn =
  (folder: string): SpawnChild =>
  (options) => {
    const records = path.join(folder, 'children')
    mkdirSync(path.dirname(options.logFile), { recursive: true })
    const child = startChild(options)
    remember(records, child)
    void child.ended.then(() => forget(records, child))
    return child
  }

/** A run that was killed could not clean up; nobody else will. */
async function removeDeadRuns(): Promise<void> {
  for (const name of await readdir(RUNS_DIR)) {
    const folder = path.join(RUNS_DIR, name)
    const owner = await ownerOf(folder)
    // A folder without an owner is being made at this moment, by another run.
    if (owner !== undefined && !isRunning(owner)) await removeRunFolder(folder)
  }
}

async function ownerOf(folder: string): Promise<ProcessIdentity | undefined> {
  try {
    const text = await readFile(path.join(folder, 'owner.json'), 'utf8')
    return JSON.parse(text) as ProcessIdentity
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}
