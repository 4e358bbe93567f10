import type { Worker } from 'node:cluster'
import { PROCESS_READY_DEADLINE_MS } from '../../shared/limits.ts'
import type { Member } from './fleet.ts'
import { FromProcess, type Channel, type FromSupervisor } from './messages.ts'

export interface MemberDeadlines {
  readonly retireMs: number
  readonly endMs: number
}

/** A forked process with its channel. It shares the ports that it listens at with the others. */
export function memberOf(
  worker: Worker,
  { retireMs, endMs }: MemberDeadlines,
): Member & { readonly channel: Channel<FromSupervisor, FromProcess> } {
  const channel: Channel<FromSupervisor, FromProcess> = {
    // One that has just ended hears nothing any more, and its end says so.
    send: (message) => void (worker.isConnected() && worker.send(message)),
    onMessage: (listener) => worker.on('message', (raw) => listener(FromProcess.parse(raw))),
  }
  const ended = new Promise<string>((resolve) => {
    worker.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    worker.once('error', (error) => resolve(error.message))
  })

  /** Asks, and uses force when the time is over. */
  async function endsWithin(ms: number, ask: () => void): Promise<void> {
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), ms)
    ask()
    await ended
    clearTimeout(timer)
  }

  return {
    pid: worker.process.pid,
    channel,
    ended,
    ready: readyOf(channel, ended),
    retire: () => endsWithin(retireMs, () => channel.send({ type: 'retire' })),
    end: () => endsWithin(endMs, () => worker.process.kill('SIGTERM')),
  }
}

function readyOf(
  { onMessage }: Channel<FromSupervisor, FromProcess>,
  ended: Promise<string>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(
    () => reject(new Error(`not ready within ${PROCESS_READY_DEADLINE_MS} ms`)),
    PROCESS_READY_DEADLINE_MS,
  )
  onMessage(({ type }) => {
    if (type === 'ready') resolve()
  })
  void ended.then((words) => reject(new Error(`it ended before it was ready: ${words}`)))
  // Also for one whose readiness nobody waits for: its end is seen all the same.
  promise.then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  )
  return promise
}
