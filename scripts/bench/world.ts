import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { migrate } from '../../drizzle/migrate.ts'
import {
  makeRunFolder,
  removeRunFolder,
  removeRunFolderAtExit,
  spawnIn,
} from '../../test/support/run.ts'
import type { SpawnChild } from '../local/children.ts'
import { prepareTopics, type EventLogEnv } from '../local/event-log.ts'
import { freePort } from '../local/ports.ts'
import { startPostgres } from '../local/postgres.ts'
import { findRedisBinary } from '../local/redis-binary.ts'
import { startRedis } from '../local/redis.ts'
import { homeFolder } from '../local/run-file.ts'
import { startOrigin } from '../local/services.ts'
import { kafkaService } from '../services/kafka.ts'
import { redisClusterService } from '../services/redis-cluster.ts'
import { startLoad, type Load } from './load.ts'

export const HOST = '127.0.0.1'
export const JWT = {
  secret: 'a-secret-of-32-bytes-for-benchmarks',
  issuer: 'headwater',
  audience: 'headwater',
}
const KAFKA = { name: 'kafka', brokers: 1, firstPort: 21_092, variable: 'KAFKA_BROKERS' }

/** Private servers on loopback, in a folder that goes with them. */
export interface BenchWorld extends AsyncDisposable {
  readonly folder: string
  readonly logsDir: string
  readonly spawnChild: SpawnChild
  readonly load: Load
  /** Another Redis, with room for what a benchmark fills it with. */
  redis(): Promise<{ readonly url: string; readonly port: number }>
  /** Three primaries, each with a replica. */
  redisCluster(): Promise<string>
  /** A migrated database on the one Postgres, which keeps what it committed as a deployment's would. */
  database(): Promise<string>
  /** One broker with the topics of a log. */
  kafka(): Promise<EventLogEnv>
  origin(stores: BenchStores): Promise<BenchOrigin>
}

export interface BenchStores {
  readonly databaseUrl: string
  readonly redisUrl: string
  /** Where it is not the outbox. */
  readonly eventLog?: EventLogEnv
}

export interface BenchOrigin {
  readonly port: number
  readonly url: string
  readonly pid: number
}

export async function benchWorld(): Promise<BenchWorld> {
  const folder = await makeRunFolder()
  removeRunFolderAtExit(folder)
  const logsDir = path.join(folder, 'logs')
  await mkdir(logsDir)
  const spawnChild = spawnIn(folder)
  const toolsDir = path.join(homeFolder(process.env), 'tools')
  const binary = await findRedisBinary({ toolsDir, report: console.log })
  const load = startLoad()
  let postgres: Promise<string> | undefined
  let parts = 0
  const named = (kind: string) => `${kind}-${(parts += 1)}`

  async function server(): Promise<string> {
    const { url } = await startPostgres({
      dataDir: path.join(folder, 'postgres'),
      logFile: path.join(logsDir, 'postgres.log'),
      port: await freePort(),
      password: 'headwater',
      isDurable: true,
      spawnChild,
    })
    return url
  }

  return {
    folder,
    logsDir,
    spawnChild,
    load,
    async redis() {
      const name = named('redis')
      const port = await freePort()
      const { url } = await startRedis({
        name,
        binary,
        dataDir: path.join(folder, name),
        logFile: path.join(logsDir, `${name}.log`),
        port,
        settings: ['maxmemory 4gb', 'shutdown-on-sigterm nosave'],
        spawnChild,
      })
      return { url, port }
    },
    async redisCluster() {
      const env = await redisClusterService.start({
        dataDir: path.join(folder, named('redis-cluster')),
        logsDir,
        toolsDir,
        spawnChild,
        say: console.log,
      })
      return env['REDIS_CLUSTER_URLS'] ?? ''
    },
    async kafka() {
      const env = await kafkaService(KAFKA).start({
        dataDir: path.join(folder, named('kafka')),
        logsDir,
        toolsDir,
        spawnChild,
        say: console.log,
      })
      const brokers = env[KAFKA.variable] ?? ''
      await prepareTopics(brokers.split(','))
      return { LOG: 'kafka', [KAFKA.variable]: brokers }
    },
    async database() {
      const url = await (postgres ??= server())
      const name = named('bench').replace('-', '_')
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      const own = url.replace(/\/[^/]*$/, `/${name}`)
      await migrate(own)
      return own
    },
    async origin(stores) {
      const [port, adminPort] = [await freePort(), await freePort()]
      const name = named('origin')
      const { url, child } = await startOrigin({
        ...stores,
        name,
        logsDir,
        spawnChild,
        host: HOST,
        jwt: JWT,
        port,
        adminPort,
      })
      return { port, url, pid: child.pid }
    },
    async [Symbol.asyncDispose]() {
      await load[Symbol.asyncDispose]()
      await removeRunFolder(folder)
    },
  }
}
