import { spawnSync } from 'node:child_process'
import path from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { migrate } from '../../../drizzle/migrate.ts'
import type { Child } from '../../../scripts/local/children.ts'
import { freePort } from '../../../scripts/local/ports.ts'
import { startPostgres } from '../../../scripts/local/postgres.ts'
import type { Service } from '../../../scripts/local/services.ts'
import { until as poll } from '../../../scripts/local/until.ts'
import { ask, write } from '../../support/client.ts'
import {
  deployment,
  edgeBundle,
  PRODUCT_WORKER,
  type Deployment,
  type Person,
} from '../../support/deployment.ts'
import { freshRedis, type FreshRedis } from '../../support/redis.ts'
import { spawnIn } from '../../support/run.ts'
import { until } from '../../support/until.ts'

/** How often the edge is asked: with its limit of 1,200 requests a minute, half a minute leaves half of them. */
const ASK_EVERY_MS = 50

/** A Postgres that no other test uses, so that it may be taken away. */
export interface OwnPostgres {
  readonly url: string
  stop(): Promise<void>
  start(): Promise<void>
  /** All its processes at once, until `resume`: a server that hangs. */
  pause(): void
  resume(): void
  rows(statement: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
}

export interface OneRegion {
  readonly deployed: Deployment
  readonly postgres: OwnPostgres
  readonly redis: FreshRedis
  readonly origin: Service & { readonly adminUrl: string }
  readonly gateway: Service
  readonly edge: Service
}

/** The whole, as it runs on one machine, with an edge like the one that is deployed. */
export async function oneRegion(
  open: AsyncDisposableStack,
  { worker = PRODUCT_WORKER }: { worker?: string } = {},
): Promise<OneRegion> {
  const [postgres, redis, bundle] = await Promise.all([
    ownPostgres(open),
    freshRedis(),
    edgeBundle(worker),
  ])
  open.use(redis)
  const deployed = open.use(await deployment({ databaseUrl: postgres.url, redisUrl: redis.url }))
  const [origin, gateway] = await Promise.all([deployed.origin(), deployed.gateway(redis.url)])
  const edge = await deployed.edge({ gateways: [gateway], bundle })
  return { deployed, postgres, redis, origin, gateway, edge }
}

async function ownPostgres(open: AsyncDisposableStack): Promise<OwnPostgres> {
  const runFolder = inject('runFolder')
  const dataDir = path.join(runFolder, `postgres-${crypto.randomUUID()}`)
  const options = {
    dataDir,
    logFile: `${dataDir}.log`,
    port: await freePort(),
    password: 'headwater',
    isDurable: false,
    spawnChild: spawnIn(runFolder),
  }
  let child: Child
  const start = async () => {
    const started = await startPostgres(options)
    child = started.child
    return started.url
  }
  const url = await start()
  open.defer(() => child.stop())
  await migrate(url)
  const signal = (name: NodeJS.Signals) => {
    for (const pid of [child.pid, ...sessionsOf(child)]) process.kill(pid, name)
  }
  return {
    url,
    stop: () => child.stop(),
    start: async () => void (await start()),
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async rows(statement, values = []) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        return (await client.query<Record<string, unknown>>(statement, [...values])).rows
      } finally {
        await client.end()
      }
    },
  }
}

/** Each session is a process, and a group, of its own. */
function sessionsOf({ pid }: Child): readonly number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([session, parent]) => (session !== undefined && parent === pid ? [session] : []))
}

export const FEED = '/v1/feed?mode=latest'

/** Somebody who follows somebody, and reads a page that needs nothing but L1 and L2. */
export interface WarmReader {
  readonly author: Person
  readonly reader: Person
  readonly posts: readonly string[]
}

export async function warmReader(
  { deployed, edge }: Pick<OneRegion, 'deployed' | 'edge'>,
  texts: readonly string[] = ['one', 'two', 'three'],
): Promise<WarmReader> {
  const [author, reader] = (await deployed.people(2)) as [Person, Person]
  await write(edge.url, 'PUT', `/v1/users/${author.id}/follow`, { as: reader })
  const posts: string[] = []
  for (const text of texts) {
    const made = await write(edge.url, 'POST', '/v1/posts', { as: author, body: { text } })
    posts.unshift(String(made.json['id']))
  }
  await servedByL2(edge.url, reader)
  for (const id of posts.slice(0, 1)) {
    const post = () => ask(edge.url, 'GET', `/v1/posts/${id}`, { as: reader })
    await until(async () => (await post()).servedBy !== 'origin', 20_000, 'a post from L2')
  }
  return { author, reader, posts }
}

/** The reader's next page comes from L2, whole; what stood in the way is named otherwise. */
export async function servedByL2(edgeUrl: string, reader: Person): Promise<void> {
  let last = ''
  const isServed = async () => {
    const page = await ask(edgeUrl, 'GET', FEED, { as: reader })
    last = `${page.status} ${page.servedBy} ${page.headers.get('server-timing')}`
    return page.servedBy === 'l2' && page.json['completeness'] === 'complete'
  }
  const wait = { deadlineMs: 30_000, everyMs: ASK_EVERY_MS, what: 'a page from L2' }
  await poll(isServed, wait).catch((cause: unknown) => {
    throw new Error(`no page from L2, the last one: ${last}`, { cause })
  })
}
