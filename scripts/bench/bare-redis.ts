import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { encodeCommand } from '../../origin/adapters/redis/resp.ts'

/** Names of lists that redis-benchmark can draw from: it writes twelve digits for `__rand_int__`. */
export interface BareLists {
  readonly port: number
  readonly prefix: string
  readonly lists: number
  readonly value: string
}

const CLIENTS = 8
const PIPELINE = 256

export const hasRedisBenchmark = (): boolean =>
  spawnSync('redis-benchmark', ['--version']).status === 0

/** LPUSHX to lists at random, from redis-benchmark; where that is not installed, from one plain socket. */
export const barePushes = (bare: BareLists, entries: number): Promise<number> =>
  hasRedisBenchmark() ? withRedisBenchmark(bare, entries) : withOneSocket(bare, entries)

/** Pushes a second. */
async function withRedisBenchmark(
  { port, prefix, lists, value }: BareLists,
  entries: number,
): Promise<number> {
  const where = ['-h', '127.0.0.1', '-p', String(port)]
  const load = ['-n', String(entries), '-r', String(lists), '-c', String(CLIENTS)]
  const batches = ['-P', String(PIPELINE), '--csv']
  const command = ['LPUSHX', `${prefix}__rand_int__`, value]
  const child = spawn('redis-benchmark', [where, load, batches, command].flat(), {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  await once(child, 'close')
  const rate = Number(/^"LPUSHX[^\n]*?","([\d.]+)"/m.exec(text)?.[1])
  if (!(rate > 0)) throw new Error(`redis-benchmark said no rate: ${text.slice(-400)}`)
  return rate
}

/** The same commands encoded beforehand, so that writing and counting replies is all that is timed. */
async function withOneSocket(
  { port, prefix, lists, value }: BareLists,
  entries: number,
): Promise<number> {
  const batches = Array.from({ length: Math.ceil(entries / PIPELINE) }, () =>
    Buffer.from(
      Array.from({ length: PIPELINE }, () => {
        const at = String(Math.floor(Math.random() * lists)).padStart(12, '0')
        return encodeCommand(['LPUSHX', prefix + at, value])
      }).join(''),
    ),
  )
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const startedAt = performance.now()
  let unanswered = batches.length * PIPELINE
  const answered = Promise.withResolvers<void>()
  socket.on('data', (chunk) => {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) unanswered -= 1
    if (unanswered <= 0) answered.resolve()
  })
  socket.on('error', answered.reject)
  for (const batch of batches) if (!socket.write(batch)) await once(socket, 'drain')
  await answered.promise
  socket.destroy()
  return (1000 * batches.length * PIPELINE) / (performance.now() - startedAt)
}
