import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import pg from 'pg'
import { freePort } from '../../../scripts/local/ports.ts'
import { startOrigin } from '../../../scripts/local/services.ts'
import { until } from '../../../scripts/local/until.ts'
import { write } from '../../support/client.ts'
import { ownDatabase, type Ground } from '../ground.ts'
import { judgedLoad } from '../judged-load.ts'
import { ledger } from '../ledger.ts'
import { JWT, provision } from '../people.ts'
import { ownRedisCluster } from '../redis-cluster.ts'
import type { Row } from '../row.ts'

const HOST = '127.0.0.1'
const AUTHORS = 4
const READERS = 16
/** Writes that are acknowledged while no replica hears of them. */
const ALONE_MS = 1_500
const FAILOVER_MS_MAX = 10_000
const HEALED_MS_MAX = 2_000
const PROBLEMS_MAX = 5

export interface Failover {
  /** Primaries that die, one after the other. */
  readonly times: number
  readonly perSecond: number
  readonly isTimed: boolean
}

/**
 * Primaries of a Redis Cluster die with acknowledged writes that their replicas never had, under reads with
 * the newest token and writes: each page is what Postgres shows, or says what it lacks.
 */
export async function failover(
  ground: Ground,
  { times, perSecond, isTimed }: Failover,
): Promise<Row> {
  await using open = new AsyncDisposableStack()
  const cluster = open.use(await ownRedisCluster(ground))
  const database = open.use(await ownDatabase(ground))
  const pool = open.adopt(new pg.Pool({ connectionString: database.url, max: 8 }), (own) =>
    own.end(),
  )
  const logsDir = path.join(ground.folder, `failover-${crypto.randomUUID()}`)
  await mkdir(logsDir, { recursive: true })
  const origin = await startOrigin({
    spawnChild: ground.spawnChild,
    logsDir,
    host: HOST,
    port: await freePort(),
    adminPort: await freePort(),
    jwt: JWT,
    databaseUrl: database.url,
    redisUrl: cluster.url,
  })
  open.defer(() => origin.child.stop())

  const people = await provision(origin.adminUrl, AUTHORS + READERS)
  const [authors, readers] = [people.slice(0, AUTHORS), people.slice(AUTHORS)]
  for (const as of readers) {
    for (const { id } of authors) await write(origin.url, 'PUT', `/v1/users/${id}/follow`, { as })
  }
  const book = ledger(origin.url, pool)
  for (const author of authors) await book.post(author, 'the first')
  const load = judgedLoad({ ledger: book, authors, readers, perSecond })
  await load.healed()

  const problems: string[] = []
  const failoverMs: number[] = []
  const healedMs: number[] = []
  let lost = 0
  for (const primary of (await cluster.primaries()).slice(0, times)) {
    const replica = cluster.connectTo(await cluster.replicaOf(urlOf(primary)))
    await replica.config('SET', 'masteruser', 'nobody')
    await replica.config('SET', 'masterauth', 'nothing')
    await primary.call('CLIENT', 'KILL', 'TYPE', 'replica')
    await delay(ALONE_MS)
    const bytes = (await offsetOf(primary)) - (await offsetOf(replica))
    if (bytes <= 0) problems.push('the replica had everything: nothing was proved')
    lost += bytes
    process.kill(cluster.nodeAt(urlOf(primary)).pid, 'SIGKILL')
    const killedAt = performance.now()
    await until(async () => (await replica.role())[0] === 'master', {
      deadlineMs: FAILOVER_MS_MAX,
      what: 'a replica that took over',
      everyMs: 20,
    })
    failoverMs.push(performance.now() - killedAt)
    healedMs.push(await load.healed())
  }
  const { found, problems: wrong } = await load.stop()
  const slowest = Math.max(...healedMs)
  if (isTimed && slowest > HEALED_MS_MAX) problems.push(`healed after ${Math.round(slowest)} ms`)
  return {
    run: 'redis primaries die',
    found: {
      failovers: times,
      'bytes lost': lost,
      'failover ms': Math.round(Math.max(...failoverMs)),
      'healed ms': Math.round(slowest),
      ...found,
    },
    problems: [...problems, ...wrong].slice(0, PROBLEMS_MAX),
  }
}

const urlOf = ({ options: { host, port } }: Redis) => `redis://${host}:${port}`

async function offsetOf(node: Redis): Promise<number> {
  const info = await node.info('replication')
  return Number(/(?:slave_repl|master_repl)_offset:(\d+)/.exec(info)?.[1])
}
