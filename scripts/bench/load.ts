import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { LoadOrder, LoadReport } from './load-process.ts'

export type { LoadReport } from './load-process.ts'

/** Sends load from a process of its own. Answers that are not 2xx make a measurement worthless: it throws. */
export interface Load extends AsyncDisposable {
  run(order: LoadOrder): Promise<LoadReport>
}

const EXTRA_MS_MAX = 30_000

export function startLoad(): Load {
  const child = fork(path.join(import.meta.dirname, 'load-process.ts'), { execArgv: [] })
  const ended = once(child, 'exit')
  return {
    async run(order) {
      child.send(order)
      const signal = AbortSignal.timeout(order.durationMs + EXTRA_MS_MAX)
      const report = await Promise.race([
        once(child, 'message', { signal }).then(([message]) => message as LoadReport),
        ended.then(() => {
          throw new Error('the load generator ended: its last words are above')
        }),
      ])
      if (report.failures > 0) {
        throw new Error(`${report.failures} of ${report.answers} answers were not 2xx`)
      }
      return report
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    },
  }
}
