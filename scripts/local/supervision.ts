import { lastLines, startChild, type SpawnChild } from './children.ts'
import { endLeftovers, forget, remember } from './leftovers.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface End {
  readonly reason: string
  /** False for a crash. */
  readonly isAsked: boolean
}

export interface Supervision {
  /** Aborted when the end was asked for; long steps of a start watch it. */
  readonly signal: AbortSignal
  /** Starts a part that is recorded, watched, and stopped when its turn comes. */
  readonly spawnChild: SpawnChild
  /** Settles when a part ends by itself, or a signal asks for the end. */
  readonly ended: Promise<End>
  /** Stops everything, the newest first. May be called twice. */
  stop(): Promise<void>
}

/** Parts live and die together: one that ends by itself ends all, and nothing is left behind. */
export async function supervise(recordsDir: string): Promise<Supervision> {
  await endLeftovers(recordsDir)
  const abort = new AbortController()
  const ended = Promise.withResolvers<End>()
  const stops: (() => Promise<void>)[] = []
  let stopping: Promise<void> | undefined

  const end = (reason: string, isAsked: boolean) => {
    ended.resolve({ reason, isAsked })
    abort.abort(new Error(reason))
  }
  // A second Ctrl-C changes nothing: the stop is bounded, and impatience would leave things behind.
  const listeners = SIGNALS.map((name) => [name, () => end(`${name} was received`, true)] as const)
  for (const [name, listener] of listeners) process.on(name, listener)

  async function stopAll(): Promise<void> {
    const failures: unknown[] = []
    for (const stop of stops.toReversed()) {
      await stop().catch((error: unknown) => failures.push(error))
    }
    for (const [name, listener] of listeners) process.off(name, listener)
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped')
  }

  return {
    signal: abort.signal,
    ended: ended.promise,
    spawnChild(options) {
      abort.signal.throwIfAborted()
      const child = startChild(options)
      remember(recordsDir, child)
      let isExpected = options.isTask === true
      stops.push(async () => {
        isExpected = true
        await child.stop()
        forget(recordsDir, child)
      })
      void child.ended.then((how) => {
        if (options.isTask === true) forget(recordsDir, child)
        if (isExpected) return
        const words = lastLines(options.logFile)
        end(
          `${child.name} ended by itself (${how}); the end of ${options.logFile}:\n${words}`,
          false,
        )
      })
      return child
    },
    stop: () => (stopping ??= stopAll()),
  }
}
