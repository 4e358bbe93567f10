import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { migrate } from '../../drizzle/migrate.ts'
import { seedSample } from '../sample/seed-sample.ts'
import type { SpawnChild } from './children.ts'
import { bundleEdge } from './edge.ts'
import { eventLogWords, openEventLog } from './event-log.ts'
import { urlOf } from './http-probe.ts'
import { choosePort } from './ports.ts'
import type { Progress } from './progress.ts'
import type { RunFile } from './run-file.ts'
import type { Secrets } from './secrets.ts'
import { startL2Gateway, startLocalEdge, startOrigin } from './services.ts'
import { openPostgres, openRedis } from './stores.ts'

const EDGE_PORT = 8787
const ORIGIN_PORT = 8080
const ADMIN_PORT = 8081
const L2_PORT = 8079
const LOOPBACK = '127.0.0.1'

export interface StackOptions {
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly secrets: Secrets
  readonly spawnChild: SpawnChild
  readonly progress: Progress
}

export interface Stack {
  readonly urls: RunFile['urls']
  readonly jwt: RunFile['jwt']
  /** Absent where the database is the operator's own: it is not filled with sample people. */
  readonly viewerHandle: string | undefined
}

/** Read this to know what runs and in which order; stopping goes the other way. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { home, env, secrets, spawnChild, progress } = options
  const logsDir = path.join(home, 'logs')
  await mkdir(logsDir, { recursive: true })
  const ports = await choosePorts(env)
  const host = env['HOST'] || LOOPBACK
  const jwt = {
    secret: env['JWT_SECRET'] || secrets.jwtSecret,
    issuer: env['JWT_ISSUER'] || 'headwater',
    audience: env['JWT_AUDIENCE'] || 'headwater',
  }

  progress.say(`Adapters: ${adapters(env).join(', ')}.`)
  // The stores and the bundle need nothing from each other.
  const stores = { ...options, logsDir }
  const [postgres, redis, eventLog, bundle] = await Promise.all([
    openPostgres(stores),
    openRedis(stores),
    openEventLog(stores),
    bundleEdge(path.join(home, 'edge'), { spawnChild, logsDir }),
  ])

  await progress.step('The schema is up to date', () => migrate(postgres.url))
  const sample = postgres.isOurs
    ? await progress.step('Sample data is there', () =>
        seedSample(postgres.url, { onProgress: (words) => progress.say(`  … ${words}`) }),
      )
    : undefined

  // None of the three needs another one to start, only to answer in full.
  const common = { logsDir, spawnChild, jwt }
  const originUrl = urlOf(host, ports.origin)
  const l2Url = urlOf(LOOPBACK, ports.l2)
  const [l2, origin, edge] = await Promise.all([
    progress.step(`The L2 gateway answers on port ${ports.l2}`, () =>
      startL2Gateway({
        ...common,
        host: LOOPBACK,
        port: ports.l2,
        redisUrl: redis.url,
        token: secrets.l2Token,
      }),
    ),
    progress.step(`The origin answers on port ${ports.origin}`, () =>
      startOrigin({
        ...common,
        host,
        port: ports.origin,
        adminPort: ports.admin,
        databaseUrl: postgres.url,
        redisUrl: redis.url,
        eventLog,
      }),
    ),
    progress.step(`The edge answers on port ${ports.edge}`, () =>
      startLocalEdge({
        ...common,
        bundle,
        host,
        port: ports.edge,
        originUrl,
        l2Url,
        l2Token: secrets.l2Token,
      }),
    ),
  ])
  return {
    urls: {
      edge: edge.url,
      origin: origin.url,
      admin: origin.adminUrl,
      l2: l2.url,
      database: postgres.url,
      redis: redis.url,
    },
    jwt,
    viewerHandle: sample?.viewerHandle,
  }
}

async function choosePorts(env: StackOptions['env']) {
  const host = env['HOST'] || LOOPBACK
  const choose = (variable: string, otherwise: number, on = host) =>
    choosePort({ host: on, asked: env[variable], otherwise, variable })
  return {
    edge: await choose('EDGE_PORT', EDGE_PORT),
    origin: await choose('ORIGIN_PORT', ORIGIN_PORT),
    admin: await choose('ADMIN_PORT', ADMIN_PORT),
    l2: await choose('L2_PORT', L2_PORT, LOOPBACK),
  }
}

/** The first line of every start. */
function adapters(env: StackOptions['env']): readonly string[] {
  return [
    env['DATABASE_URL'] ? 'Postgres from DATABASE_URL' : 'embedded Postgres 18',
    env['REDIS_URL'] ? 'Redis from REDIS_URL' : 'private Redis',
    eventLogWords(env),
    'L2 through our own gateway',
    'edge in workerd',
  ]
}
