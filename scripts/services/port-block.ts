import { isFree } from '../local/ports.ts'

const LOOPBACK = '127.0.0.1'
/** From here on the system hands out ports to connections: a server that restarts may find its own taken. */
const EPHEMERAL_FROM = 32_768

/**
 * The first base port at or above `from` at which every one of the offsets is free. Servers that
 * find each other by port need theirs together, and again after a restart.
 */
export async function freeBlock(from: number, offsets: readonly number[]): Promise<number> {
  const [width, step] = [Math.max(...offsets), Math.min(500, Math.max(...offsets) + 1)]
  for (let base = from; base + width < EPHEMERAL_FROM; base += step) {
    const free = await Promise.all(offsets.map((offset) => isFree(base + offset, LOOPBACK)))
    if (free.every(Boolean)) return base
  }
  throw new Error(`No ${offsets.length} ports are free between ${from} and ${EPHEMERAL_FROM}.`)
}
