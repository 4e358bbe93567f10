import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import type { Child, SpawnChild } from '../../scripts/local/children.ts'
import { startLocalEdge, startL2Gateway, startOrigin } from '../../scripts/local/services.ts'
import { freePort } from '../../scripts/local/ports.ts'
import { startRedis } from '../../scripts/local/redis.ts'
import { faultyKafka, type FaultyKafka } from './faulty-kafka.ts'
import { faultyLink, type FaultyLink, type LinkMode, type Traffic } from './faulty-link.ts'
import { ownDatabase, type Ground } from './ground.ts'
import { JWT, provision, type Person } from './people.ts'

const HOST = '127.0.0.1'
const L2_TOKEN = 'a-token-for-tests-only'
export type { Person }

export interface OriginProcess {
  readonly child: Child
  readonly port: number
  readonly adminUrl: string
}

/** What can be taken away, as those who need it see it. */
export const STORES = ['redis', 'postgres', 'l2', 'origin'] as const
export type Store = (typeof STORES)[number] | 'kafka'

/** The whole, with a faulty line between each process and each of what it needs. */
export interface FaultyStack extends AsyncDisposable {
  readonly edgeUrl: string
  /** Past all faults: for those who judge. */
  readonly pool: pg.Pool
  readonly redis: { readonly url: string; readonly dataDir: string }
  readonly logsDir: string
  /** Absent where the outbox is the log. */
  readonly kafka: FaultyKafka | undefined
  become(store: Store, mode: LinkMode): Promise<void>
  traffic(store: Store): Traffic
  /** Ready, and among those that the edge reaches. */
  startOrigin(spawn?: (spawnChild: SpawnChild) => SpawnChild): Promise<OriginProcess>
  /** The edge reaches these, in turn. */
  reach(origins: readonly OriginProcess[]): void
  killRedis(): Promise<void>
  startRedis(): Promise<void>
  people(count: number): Promise<readonly Person[]>
}

export interface FaultyStackOptions {
  readonly redisSettings?: readonly string[]
  /** With so many brokers as the log, each behind a line; without it the outbox is the log. */
  readonly kafkaBrokers?: number
}

export async function faultyStack(
  ground: Ground,
  { redisSettings = [], kafkaBrokers = 0 }: FaultyStackOptions = {},
): Promise<FaultyStack> {
  const { folder, spawnChild } = ground
  await using opening = new AsyncDisposableStack()
  const home = path.join(folder, `faults-${crypto.randomUUID()}`)
  const logsDir = path.join(home, 'logs')
  await mkdir(logsDir, { recursive: true })
  const common = { host: HOST, logsDir, jwt: JWT }

  const database = opening.use(await ownDatabase(ground))
  const pool = opening.adopt(new pg.Pool({ connectionString: database.url, max: 4 }), (own) =>
    own.end(),
  )
  // Its connections may be ended by whatever is done to Postgres.
  pool.on('error', () => undefined)

  const dataDir = path.join(home, 'redis')
  const redisPort = await freePort()
  const launchRedis = async () => {
    const logFile = path.join(logsDir, 'redis.log')
    const { redisBinary: binary } = ground
    const settings = redisSettings
    return startRedis({ binary, dataDir, logFile, port: redisPort, settings, spawnChild })
  }
  let redis = await launchRedis()
  opening.defer(() => redis.child.stop())

  let origins: readonly OriginProcess[] = []
  let turn = 0
  const nextOrigin = () => origins[(turn += 1) % Math.max(1, origins.length)]?.port ?? 1
  const link = async (to: () => number) => opening.use(await faultyLink({ to }))
  const postgresPort = Number(new URL(database.url).port)
  const [toPostgres, originToRedis, gatewayToRedis, toOrigin] = [
    await link(() => postgresPort),
    await link(() => redisPort),
    await link(() => redisPort),
    await link(nextOrigin),
  ]
  const through = (url: string, { port }: FaultyLink) => {
    const via = new URL(url)
    via.port = String(port)
    return via.href
  }

  const { kafkaLib: lib } = ground
  if (kafkaBrokers > 0 && lib === undefined) throw new Error('there is no Kafka to stand on')
  const kafka =
    kafkaBrokers > 0 && lib !== undefined
      ? await faultyKafka(
          { lib, brokers: kafkaBrokers, folder: home, logsDir, spawnChild },
          opening,
        )
      : undefined

  const l2Port = await freePort()
  const toL2 = await link(() => l2Port)
  const links: Readonly<Record<Store, readonly FaultyLink[]>> = {
    redis: [originToRedis, gatewayToRedis],
    postgres: [toPostgres],
    l2: [toL2],
    origin: [toOrigin],
    kafka: kafka?.links ?? [],
  }

  // Later ones are added when `opening` is closed to others.
  const started = opening.use(new AsyncDisposableStack())
  const keep = (child: Child) => started.defer(() => child.stop())
  let processes = 0
  const originProcess = async (spawn = (it: SpawnChild) => it): Promise<OriginProcess> => {
    processes += 1
    const name = `origin-${processes}`
    const [port, adminPort] = [await freePort(), await freePort()]
    const { child, adminUrl } = await startOrigin({
      ...common,
      spawnChild: spawn(spawnChild),
      name,
      port,
      adminPort,
      databaseUrl: through(database.url, toPostgres),
      redisUrl: through(redis.url, originToRedis),
      ...(kafka === undefined ? {} : { eventLog: kafka.env }),
    })
    keep(child)
    return { child, port, adminUrl }
  }

  const l2 = await startL2Gateway({
    ...common,
    spawnChild,
    port: l2Port,
    redisUrl: through(redis.url, gatewayToRedis),
    token: L2_TOKEN,
  })
  keep(l2.child)
  const edge = await startLocalEdge({
    ...common,
    spawnChild,
    bundle: ground.bundle,
    port: await freePort(),
    originUrl: `http://${HOST}:${toOrigin.port}`,
    l2Url: `http://${HOST}:${toL2.port}`,
    l2Token: L2_TOKEN,
  })
  keep(edge.child)

  const open = opening.move()
  return {
    edgeUrl: edge.url,
    pool,
    redis: { url: redis.url, dataDir },
    logsDir,
    kafka,
    async become(store, mode) {
      await Promise.all(links[store].map((each) => each.become(mode)))
    },
    traffic: (store) => links[store].map((each) => each.traffic()).reduce(sum),
    startOrigin: originProcess,
    reach(next) {
      origins = next
    },
    async killRedis() {
      process.kill(redis.child.pid, 'SIGKILL')
      await redis.child.ended
    },
    async startRedis() {
      redis = await launchRedis()
    },
    async people(count) {
      const [first] = origins
      if (first === undefined) throw new Error('no origin to make people with')
      return provision(first.adminUrl, count)
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

const sum = (a: Traffic, b: Traffic): Traffic => ({
  connections: a.connections + b.connections,
  bytesThere: a.bytesThere + b.bytesThere,
  bytesBack: a.bytesBack + b.bytesBack,
  faults: a.faults + b.faults,
})
