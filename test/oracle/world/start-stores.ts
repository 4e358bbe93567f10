import path from 'node:path'
import type { SpawnChild } from '../../../scripts/local/children.ts'
import { freePort } from '../../../scripts/local/ports.ts'
import { startRedis } from '../../../scripts/local/redis.ts'
import { makeVirtualDatabase } from './virtual-clock.ts'

/** Where one process of the model works: alone. */
export interface Place {
  readonly databaseUrl: string
  readonly redisUrl: string
}

export interface PlaceOptions {
  readonly postgresUrl: string
  readonly redisBinary: string
  readonly folder: string
  readonly spawnChild: SpawnChild
}

export async function makePlace(name: string, options: PlaceOptions): Promise<Place> {
  const { postgresUrl, redisBinary, folder, spawnChild } = options
  const { url } = await startRedis({
    binary: redisBinary,
    dataDir: path.join(folder, name),
    logFile: path.join(folder, `${name}.log`),
    port: await freePort(),
    spawnChild,
  })
  return { databaseUrl: await makeVirtualDatabase(postgresUrl, name), redisUrl: url }
}
