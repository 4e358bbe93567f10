import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process that can be found again: a number alone may belong to somebody else by then. */
export interface ProcessIdentity {
  readonly pid: number
  /** When the process began, in the system's own notation; compared, never read. */
  readonly startedAt: string
}

/** `undefined` when no such process runs; one that ended and was not yet waited for has ended. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return identify(pid)?.startedAt === startedAt
}

/** Small images have no `ps`, so Linux is asked by its own files. */
function startOnLinux(pid: number): string | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
  // The name stands in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields[0], fields[19]]
  return state === 'Z' || state === 'X' ? undefined : startTicks
}

function startByPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
  })
  const [state = '', ...began] = stdout.trim().split(/\s+/)
  return state === '' || state.startsWith('Z') ? undefined : began.join(' ')
}

/** The process ended before, or while, it was looked at. */
export function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ESRCH'
}
