import { fork } from 'node:child_process'
import path from 'node:path'
import { REPLACEMENTS_VARIABLE, SMALL, type Replacement } from '../plant/replacement.ts'
import type { ModelResult } from './run-model.ts'
import type { WorkerTask, WorkerWords } from './worker.ts'

export interface ChildOptions extends WorkerTask {
  readonly planted?: readonly Replacement[]
  readonly onProgress?: (done: number) => void
}

/** Runs the model in a process of its own, where sources may differ from those on disk. */
export async function inChild({
  planted = [],
  onProgress,
  ...task
}: ChildOptions): Promise<ModelResult> {
  const child = fork(path.join(import.meta.dirname, 'worker.ts'), {
    execArgv: ['--import', path.join(import.meta.dirname, '..', 'plant', 'register.ts')],
    env: { ...process.env, [REPLACEMENTS_VARIABLE]: JSON.stringify([...SMALL, ...planted]) },
    // Tallies are maps.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  let result: ModelResult | undefined
  child.on('message', (words: WorkerWords) => {
    if (words.kind === 'progress') onProgress?.(words.done)
    else result = words.result
  })
  child.send(task)
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  if (result === undefined) throw new Error(`the runs ended without a result: ${complaint.trim()}`)
  return result
}
