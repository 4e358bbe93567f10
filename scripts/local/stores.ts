import path from 'node:path'
import type { SpawnChild } from './children.ts'
import { choosePort } from './ports.ts'
import { startPostgres } from './postgres.ts'
import type { Progress } from './progress.ts'
import { findRedisBinary } from './redis-binary.ts'
import { startRedis } from './redis.ts'
import type { Secrets } from './secrets.ts'

/** Out of the way of a Postgres and a Redis that the machine may run itself. */
const POSTGRES_PORT = 54_320
const REDIS_PORT = 63_790
const LOOPBACK = '127.0.0.1'

export interface StoreOptions {
  readonly home: string
  readonly logsDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly secrets: Secrets
  readonly spawnChild: SpawnChild
  readonly progress: Progress
}

export interface Store {
  readonly url: string
  readonly isOurs: boolean
}

/** The operator's own, if DATABASE_URL names it; else Postgres from npm. */
export async function openPostgres(options: StoreOptions): Promise<Store> {
  const { home, logsDir, env, secrets, spawnChild, progress } = options
  const given = env['DATABASE_URL']
  if (given) return { url: given, isOurs: false }
  const dataDir = path.join(home, 'postgres')
  const port = await choosePort({
    host: LOOPBACK,
    asked: undefined,
    otherwise: POSTGRES_PORT,
    variable: 'DATABASE_URL',
  })
  const { url } = await progress.step(`Postgres answers on port ${port}`, () =>
    startPostgres({
      dataDir,
      logFile: path.join(logsDir, 'postgres.log'),
      port,
      password: secrets.postgresPassword,
      isDurable: true,
      spawnChild,
    }),
  )
  return { url, isOurs: true }
}

/** The operator's own, if REDIS_URL names it; else one found or fetched, started privately. */
export async function openRedis(options: StoreOptions): Promise<Store> {
  const { home, logsDir, env, secrets, spawnChild, progress } = options
  const given = env['REDIS_URL']
  if (given) return { url: given, isOurs: false }
  const binary = await findRedisBinary({
    toolsDir: path.join(home, 'tools'),
    report: (words) => progress.say(`  … ${words}`),
  })
  const port = await choosePort({
    host: LOOPBACK,
    asked: undefined,
    otherwise: REDIS_PORT,
    variable: 'REDIS_URL',
  })
  const { url } = await progress.step(`Redis answers on port ${port}`, () =>
    startRedis({
      binary,
      dataDir: path.join(home, 'redis'),
      logFile: path.join(logsDir, 'redis.log'),
      port,
      password: secrets.redisPassword,
      spawnChild,
    }),
  )
  return { url, isOurs: true }
}
