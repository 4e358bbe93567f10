import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { StaticAnswer } from './static-answer.ts'

export interface StaticServer extends AsyncDisposable {
  readonly port: number
  readonly pid: number
}

/** Plain `node:http` in a process of its own, giving this answer to every request. */
export async function startStaticServer(answer: StaticAnswer): Promise<StaticServer> {
  const child = fork(path.join(import.meta.dirname, 'static-process.ts'), { execArgv: [] })
  const ended = once(child, 'exit')
  child.send(answer)
  const [port] = (await once(child, 'message')) as [number]
  return {
    port,
    pid: child.pid ?? -1,
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    },
  }
}
