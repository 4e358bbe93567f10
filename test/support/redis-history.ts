import { open, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Redis } from 'ioredis'
import type { FreshRedis } from './redis.ts'

/**
 * What a server needs so that its history can be read: each write is in the file before it is answered.
 * With `everysec` a slow disk postpones writes by up to two seconds.
 */
export const HISTORY_SETTINGS = [
  'appendonly yes',
  'appendfsync no',
  'aof-timestamp-enabled no',
  'auto-aof-rewrite-percentage 0',
]

/** One command, or the commands of one script, which happened at once. */
type Unit = readonly (readonly string[])[]

/**
 * Every write that a server did, in order, so that it can be taken back to any moment: what a failover
 * leaves is a prefix of what the node was sent.
 */
export interface RedisHistory {
  /** Writes so far. */
  length(): Promise<number>
  /** Makes the server what it was after so many writes. */
  rewind(to: number): Promise<void>
  /** Ends every connection but `redis`, as the end of a node does. */
  cut(): Promise<void>
  /** Empties the server, and forgets what was before. */
  clear(): Promise<void>
}

export function redisHistory({ dataDir }: FreshRedis, redis: Redis): RedisHistory {
  let units: Unit[] = []
  let read = 0

  const catchUp = async () => {
    const bytes = await newBytes(dataDir, read)
    read += bytes.length
    units.push(...unitsOf(commandsOf(bytes)))
  }
  /** The writes of this module itself are not history. */
  const skip = async () => {
    read += (await newBytes(dataDir, read)).length
  }

  return {
    async length() {
      await catchUp()
      return units.length
    },
    async rewind(to) {
      await catchUp()
      units = units.slice(0, to)
      const batch = redis.pipeline().flushall()
      for (const [name = '', ...args] of units.flat()) batch.call(name, ...args)
      await batch.exec()
      await skip()
    },
    async cut() {
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    },
    async clear() {
      await redis.flushall()
      units = []
      await skip()
    },
  }
}

async function newBytes(dataDir: string, from: number): Promise<Buffer> {
  const folder = path.join(dataDir, 'appendonlydir')
  const name = (await readdir(folder)).find((file) => file.endsWith('.incr.aof'))
  if (name === undefined) throw new Error('the server keeps no history')
  await using file = await open(path.join(folder, name))
  const { size } = await file.stat()
  const bytes = Buffer.alloc(size - from)
  await file.read(bytes, 0, bytes.length, from)
  return bytes
}

/** The file is a sequence of arrays of bulk strings. */
function commandsOf(bytes: Buffer): string[][] {
  const commands: string[][] = []
  let at = 0
  const line = () => {
    const end = bytes.indexOf('\r\n', at)
    const text = bytes.toString('latin1', at, end)
    at = end + 2
    return Number(text.slice(1))
  }
  while (at < bytes.length) {
    const parts = line()
    const command: string[] = []
    for (let part = 0; part < parts; part += 1) {
      const length = line()
      command.push(bytes.toString('utf8', at, at + length))
      at += length + 2
    }
    commands.push(command)
  }
  return commands
}

function unitsOf(commands: readonly string[][]): Unit[] {
  const units: Unit[] = []
  let together: string[][] | undefined
  for (const command of commands) {
    const name = command[0]?.toUpperCase()
    if (name === 'SELECT') continue
    if (name === 'MULTI') together = []
    else if (name === 'EXEC') {
      units.push(together ?? [])
      together = undefined
    } else if (together === undefined) units.push([command])
    else together.push(command)
  }
  return units
}
