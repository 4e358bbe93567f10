import path from 'node:path'
import { freePort } from '../../scripts/local/ports.ts'
import { startRedis } from '../../scripts/local/redis.ts'
import type { Ground } from './ground.ts'

export interface KillableRedisOptions {
  readonly ground: Pick<Ground, 'redisBinary' | 'spawnChild'>
  readonly home: string
  readonly logsDir: string
  readonly settings: readonly string[]
}

/** A Redis that can be killed and started again at the same place, from whatever lies in its folder. */
export interface KillableRedis {
  readonly url: string
  readonly port: number
  readonly dataDir: string
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

export async function killableRedis(options: KillableRedisOptions): Promise<KillableRedis> {
  const { ground, home, logsDir, settings } = options
  const { redisBinary: binary, spawnChild } = ground
  const dataDir = path.join(home, 'redis')
  const logFile = path.join(logsDir, 'redis.log')
  const port = await freePort()
  const launch = () => startRedis({ binary, dataDir, logFile, port, settings, spawnChild })
  let running = await launch()
  return {
    url: running.url,
    port,
    dataDir,
    async kill() {
      process.kill(running.child.pid, 'SIGKILL')
      await running.child.ended
    },
    async start() {
      running = await launch()
    },
    stop: () => running.child.stop(),
  }
}
