import { assertAllPlanted } from '../plant/register.ts'
import { openStores } from '../world/stores.ts'
import { checkModel, type ModelOptions, type ModelResult } from './run-model.ts'

/** A child process of `inChild`: what it is told, and what it tells. */
export interface WorkerTask extends Omit<ModelOptions, 'onRun'> {
  readonly databaseUrl: string
  readonly redisUrl: string
}

export type WorkerWords =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'result'; readonly result: ModelResult }

const tell = (words: WorkerWords): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) throw new Error('a worker has to be forked')
    process.send(words, undefined, undefined, () => resolve())
  })

// Without its parent nobody would hear what it finds.
process.once('disconnect', () => process.exit())
process.once('message', (task: WorkerTask) => void work(task))

async function work({ databaseUrl, redisUrl, ...options }: WorkerTask): Promise<void> {
  assertAllPlanted()
  const stores = await openStores(databaseUrl, redisUrl)
  const result = await checkModel(stores, {
    ...options,
    onRun: (done) => void tell({ kind: 'progress', done }),
  })
  await tell({ kind: 'result', result })
  await stores[Symbol.asyncDispose]()
  process.disconnect()
}
