import type { Redis } from 'ioredis'
import pg from 'pg'
import { isReadyWithin, redisConnection } from '../../../origin/adapters/redis/connection.ts'
import { ask, idsOn, write, type Answer } from '../../support/client.ts'
import { deployment, type Deployment, type Person } from '../../support/deployment.ts'
import { freshDatabase } from '../../support/postgres.ts'
import { freshRedis } from '../../support/redis.ts'

/** Two processes of the origin on the same stores, and an operator at the first. */
export interface OperatorsGround extends AsyncDisposable {
  readonly deployed: Deployment
  /** Where clients ask each process. */
  readonly urls: readonly [first: string, second: string]
  readonly adminUrl: string
  readonly pool: pg.Pool
  readonly redis: Redis
  /** As the operator, at the first process. */
  operate(method: string, target: string, body?: unknown): Promise<Answer>
  /** The number of a line of metrics, of both processes together; 0 where there is no such line. */
  metric(line: string): Promise<number>
  post(by: Person, text: string): Promise<string>
  follow(viewer: Person, author: Person): Promise<void>
  latest(viewer: Person): Promise<readonly string[]>
}

export async function operatorsGround(): Promise<OperatorsGround> {
  await using open = new AsyncDisposableStack()
  const [database, server] = [open.use(await freshDatabase()), open.use(await freshRedis())]
  const stores = { databaseUrl: database.url, redisUrl: server.url }
  const deployed = open.use(await deployment(stores))
  const other = open.use(await deployment(stores))
  const [first, second] = [await deployed.origin(), await other.origin()]
  const pool = open.adopt(new pg.Pool({ connectionString: database.url, max: 2 }), (opened) =>
    opened.end(),
  )
  const redis = open.adopt(
    redisConnection({ url: server.url, name: 'test', onError: () => undefined }),
    (connection) => connection.disconnect(),
  )
  if (!(await isReadyWithin(redis, 2_000))) throw new Error('Redis is not ready')
  const bearer = await deployed.operator()
  const closing = open.move()

  return {
    deployed,
    urls: [first.url, second.url],
    adminUrl: first.adminUrl,
    pool,
    redis,
    operate: (method, target, body) =>
      ask(first.adminUrl, method, target, { as: { id: '1', bearer }, body }),
    async metric(line) {
      const pages = await Promise.all(
        [first, second].map(({ adminUrl }) => ask(adminUrl, 'GET', '/metrics')),
      )
      return pages
        .flatMap(({ text }) => text.split('\n').filter((each) => each.startsWith(`${line} `)))
        .reduce((sum, each) => sum + Number(each.slice(line.length)), 0)
    },
    async post(as, text) {
      const { json } = await write(first.url, 'POST', '/v1/posts', { as, body: { text } })
      return String(json['id'])
    },
    async follow(as, { id }) {
      await write(first.url, 'PUT', `/v1/users/${id}/follow`, { as })
    },
    latest: async (as) => idsOn(await ask(first.url, 'GET', '/v1/feed?mode=latest', { as })),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}
