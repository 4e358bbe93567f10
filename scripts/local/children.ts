import { spawn, type ChildProcess } from 'node:child_process'
import { openSync, closeSync, readFileSync } from 'node:fs'
import { identify, isGone, isRunning, type ProcessIdentity } from './process-identity.ts'
import { until } from './until.ts'

const KILL_DEADLINE_MS = 5_000

export interface ChildOptions {
  /** Named in messages and in the record of what runs. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Everything the child says goes here; the end of it is shown when the child fails. */
  readonly logFile: string
  /** Another user to run as, when we are root and the child must not be. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  /** How this program wants to be asked to end. */
  readonly stopSignal?: NodeJS.Signals
  readonly stopGraceMs?: number
  /** A task ends by itself when it is done; a service that does has crashed. */
  readonly isTask?: boolean
}

export interface Child extends ProcessIdentity {
  readonly name: string
  /** Settles when the child has ended, however it did, with words for it. */
  readonly ended: Promise<string>
  hasEnded(): boolean
  /** Polls until the child is of use; fails at once, with its last words, when it ends instead. */
  ready(ask: () => boolean | Promise<boolean>, deadlineMs: number): Promise<void>
  /** Asks, waits, then kills the whole group. May be called twice. */
  stop(): Promise<void>
}

/** How a part gets its process; whoever hands it in also records and watches what it started. */
export type SpawnChild = (options: ChildOptions) => Child

/** Each child leads a process group of its own: Ctrl-C reaches the supervisor, which decides the order. */
export function startChild(options: ChildOptions): Child {
  const { name, command, args, env, cwd, logFile, user } = options
  const { stopSignal = 'SIGTERM', stopGraceMs = 10_000 } = options
  const log = openSync(logFile, 'a')
  let child: ChildProcess
  try {
    child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...env },
      ...(cwd === undefined ? {} : { cwd }),
      ...user,
    })
  } finally {
    closeSync(log)
  }

  let end: string | undefined
  const ended = new Promise<string>((resolve) => {
    const settle = (words: string) => resolve((end ??= words))
    child.once('error', (error) => settle(`could not be run: ${error.message}`))
    child.once('exit', (code, signal) => settle(signal ?? `exit code ${code}`))
  })
  const pid = child.pid ?? -1
  const identity = identify(pid) ?? { pid, startedAt: 'never' }
  let stopping: Promise<void> | undefined

  return {
    ...identity,
    name,
    ended,
    hasEnded: () => end !== undefined,
    async ready(ask, deadlineMs) {
      const what = `${name} did not become ready (its log: ${logFile})`
      await until(
        async () => {
          // Asked before the end is looked at: an answer may come from another program's port.
          const isReady = await ask()
          if (end === undefined) return isReady
          throw new Error(`${name} ended (${end}).\n${lastLines(logFile)}\nIts log: ${logFile}`)
        },
        { deadlineMs, what, everyMs: 15 },
      )
    },
    stop: () => (stopping ??= endGroup(identity, { stopSignal, stopGraceMs })),
  }
}

/** Ends a group by its leader: a request first, force when the grace is over. */
export async function endGroup(
  leader: ProcessIdentity,
  { stopSignal, stopGraceMs }: { stopSignal: NodeJS.Signals; stopGraceMs: number },
): Promise<void> {
  const { pid } = leader
  if (isRunning(leader)) {
    signalTo(pid, stopSignal)
    const gone = () => !isRunning(leader)
    await until(gone, { deadlineMs: stopGraceMs, what: `end of process ${pid}` }).catch(
      async () => {
        killGroup(leader)
        await until(gone, { deadlineMs: KILL_DEADLINE_MS, what: `end of killed process ${pid}` })
      },
    )
  }
  // What the leader left behind in its group. A group outlives its leader, but its number is free
  // for others once the group is empty, so a process of that number means that it was reused.
  if (pid > 0 && identify(pid) === undefined) signalTo(-pid, 'SIGKILL')
}

/** At once, the leader and all that it started. */
export function killGroup({ pid }: ProcessIdentity): void {
  signalTo(-pid, 'SIGKILL')
  signalTo(pid, 'SIGKILL')
}

function signalTo(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

/** What a log ends with: the reason, when its writer crashed. */
export function lastLines(file: string, count = 15): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
}
