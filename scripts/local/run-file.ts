import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { identify, isGone, isRunning } from './process-identity.ts'

/** What runs, for the other commands: `stop`, `status`, `token`, and whoever scripts them. */
const RunFile = z.object({
  supervisor: z.object({ pid: z.number().int(), startedAt: z.string() }),
  urls: z.object({
    edge: z.string(),
    origin: z.string(),
    admin: z.string(),
    l2: z.string(),
    database: z.string(),
    redis: z.string(),
  }),
  jwt: z.object({ secret: z.string(), issuer: z.string(), audience: z.string() }),
  parts: z.array(z.object({ name: z.string(), pid: z.number().int(), startedAt: z.string() })),
})
export type RunFile = z.infer<typeof RunFile>

/** Every file that a run writes lies in here. */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const root = path.resolve(import.meta.dirname, '..', '..')
  return path.resolve(root, env['HEADWATER_HOME'] || '.headwater')
}

export const recordsFolder = (home: string): string => path.join(home, 'children')

/** `undefined` when nothing was started here, or it is still starting. */
export function readRunFile(home: string): RunFile | undefined {
  const text = readText(path.join(home, 'run.json'))
  const parsed = RunFile.safeParse(text === undefined ? undefined : JSON.parse(text))
  return parsed.success ? parsed.data : undefined
}

/** Replaced whole, so that no reader sees half of it; it holds secrets, so others may not read it. */
export function writeRunFile(home: string, run: RunFile): void {
  const file = path.join(home, 'run.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/**
 * Only one run uses a home at a time. The claim is the pid file itself: of two that start at once
 * one makes it, and one that was killed is recognised by its process being gone.
 */
export function claimHome(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o755 })
  const owner = ownerOf(home)
  if (owner !== undefined) throw alreadyRuns(home, owner.pid)
  releaseHome(home)
  try {
    writeFileSync(pidFile(home), JSON.stringify(identify(process.pid)), { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyRuns(home, undefined)
    throw error
  }
}

export function releaseHome(home: string): void {
  for (const file of [path.join(home, 'run.json'), pidFile(home)]) rmSync(file, { force: true })
}

/** Who supervises here, if it still runs. */
export function ownerOf(home: string): { pid: number; startedAt: string } | undefined {
  const text = readText(pidFile(home))
  if (text === undefined || text === '') return undefined
  const owner = RunFile.shape.supervisor.parse(JSON.parse(text))
  return isRunning(owner) ? owner : undefined
}

const pidFile = (home: string): string => path.join(home, 'supervisor.pid')

function alreadyRuns(home: string, pid: number | undefined): Error {
  const url = readRunFile(home)?.urls.edge
  return new Error(
    `Headwater already ${url === undefined ? 'starts' : `runs at ${url}`} from ${home}` +
      `${pid === undefined ? '' : ` (process ${pid})`}. npm run stop ends it.`,
  )
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}
