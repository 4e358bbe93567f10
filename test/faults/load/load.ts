import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { LoadOrder, LoadReport } from './process.ts'

export type { LoadReport } from './process.ts'

/** Sends load from a process of its own, which must not slow what it measures down by sharing its thread. */
export interface Load extends AsyncDisposable {
  run(order: LoadOrder): Promise<LoadReport>
}

const EXTRA_MS_MAX = 30_000

export function startLoad(): Load {
  const child = fork(path.join(import.meta.dirname, 'process.ts'), { execArgv: [] })
  const ended = once(child, 'exit')
  return {
    async run(order) {
      child.send(order)
      const signal = AbortSignal.timeout(order.durationMs + EXTRA_MS_MAX)
      return Promise.race([
        once(child, 'message', { signal }).then(([message]) => message as LoadReport),
        ended.then(() => {
          throw new Error('the load generator ended: its last words are above')
        }),
      ])
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    },
  }
}
