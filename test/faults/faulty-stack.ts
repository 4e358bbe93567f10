import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import type { Child, SpawnChild } from '../../scripts/local/children.ts'
import { startLocalEdge, startL2Gateway, startOrigin } from '../../scripts/local/services.ts'
import { freePort } from '../../scripts/local/ports.ts'
import { faultyKafka, type FaultyKafka } from './faulty-kafka.ts'
import type { LinkMode, Traffic } from './faulty-link.ts'
import { ownDatabase, type Ground } from './ground.ts'
import { killableRedis } from './killable-redis.ts'
import { JWT, provision, type Person } from './people.ts'
import { stackLines, through, type Store } from './stack-lines.ts'

const HOST = '127.0.0.1'
const L2_TOKEN = 'a-token-for-tests-only'
export type { Person }

export interface OriginProcess {
  readonly child: Child
  readonly port: number
  readonly adminUrl: string
}

/** The whole, with a faulty line between each process and each of what it needs. */
export interface FaultyStack extends AsyncDisposable {
  readonly edgeUrl: string
  /** Past all faults, as the pool and Redis are: for those who judge. */
  readonly databaseUrl: string
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

  const redis = await killableRedis({ ground, home, logsDir, settings: redisSettings })
  opening.defer(() => redis.stop())

  let origins: readonly OriginProcess[] = []
  let turn = 0
  const nextOrigin = () => origins[(turn += 1) % Math.max(1, origins.length)]?.port ?? 1

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
  const lines = await stackLines(
    {
      postgres: () => Number(new URL(database.url).port),
      redis: () => redis.port,
      l2: () => l2Port,
      origin: nextOrigin,
      kafka: kafka?.links ?? [],
    },
    opening,
  )

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
      databaseUrl: through(database.url, lines.toPostgres),
      redisUrl: through(redis.url, lines.originToRedis),
      ...(kafka === undefined ? {} : { eventLog: kafka.env }),
    })
    keep(child)
    return { child, port, adminUrl }
  }

  const l2 = await startL2Gateway({
    ...common,
    spawnChild,
    port: l2Port,
    redisUrl: through(redis.url, lines.gatewayToRedis),
    token: L2_TOKEN,
  })
  keep(l2.child)
  const edge = await startLocalEdge({
    ...common,
    spawnChild,
    bundle: ground.bundle,
    port: await freePort(),
    originUrl: `http://${HOST}:${lines.toOrigin.port}`,
    l2Url: `http://${HOST}:${lines.toL2.port}`,
    l2Token: L2_TOKEN,
  })
  keep(edge.child)

  const open = opening.move()
  return {
    edgeUrl: edge.url,
    databaseUrl: database.url,
    pool,
    redis,
    logsDir,
    kafka,
    become: (store, mode) => lines.become(store, mode),
    traffic: (store) => lines.traffic(store),
    startOrigin: originProcess,
    reach(next) {
      origins = next
    },
    killRedis: () => redis.kill(),
    startRedis: () => redis.start(),
    async people(count) {
      const [first] = origins
      if (first === undefined) throw new Error('no origin to make people with')
      return provision(first.adminUrl, count)
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
