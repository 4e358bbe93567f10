import type { Redis } from 'ioredis'
import type pg from 'pg'
import { onTestFinished } from 'vitest'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresGroupLags } from '../../../origin/adapters/postgres/group-lags.ts'
import { postgresLeadership } from '../../../origin/adapters/postgres/leader.ts'
import { postgresOutbox } from '../../../origin/adapters/postgres/outbox.ts'
import { redisInvalidationRegion } from '../../../origin/adapters/redis/invalidation-region.ts'
import { runRelay } from '../../../origin/relay/run-relay.ts'
import type { Outbox } from '../../../origin/ports/outbox.ts'
import { horizonBelow } from '../../../shared/horizon.ts'
import type { UserId } from '../../../shared/ids.ts'
import { parseLease } from '../../../shared/invalidation.ts'
import { keys } from '../../../shared/keys.ts'
import { freshPool } from '../../support/pool.ts'
import { freshRedis, type FreshRedis } from '../../support/redis.ts'
import { connectTo } from '../../support/redis-connection.ts'

const LOCK = 77

export interface RegionUnderTest {
  readonly server: FreshRedis
  readonly redis: Redis
  numbers(): Promise<number[]>
  entries(): Promise<string[]>
  lease(): Promise<ReturnType<typeof parseLease>>
}

async function aRegion(): Promise<RegionUnderTest> {
  const server = await freshRedis()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const redis = await connectTo(server.url)
  const log = () => redis.xrange(keys.invalidationLog, '-', '+')
  return {
    server,
    redis,
    numbers: async () => (await log()).map(([id]) => Number(id.split('-')[0])),
    entries: async () => (await log()).map(([, fields]) => `${fields[1]}@${fields[3]}`),
    lease: async () => parseLease((await redis.get(keys.lease)) ?? ''),
  }
}

export interface RelayProcess {
  readonly terms: number[]
  readonly failures: string[]
  stop(): Promise<void>
}

export interface RelayWorld {
  readonly pool: pg.Pool
  readonly url: string
  readonly regions: readonly RegionUnderTest[]
  readonly pulled: Set<UserId>
  /** Another process that would lead. */
  process(outbox?: (real: Outbox) => Outbox): Promise<RelayProcess>
  edit(post: string, version: number): Promise<number>
}

/** Real stores, and a tail that is always up to date. */
export async function relayWorld(regionCount = 1): Promise<RelayWorld> {
  const { pool, url } = await freshPool(8)
  const regions = await Promise.all(Array.from({ length: regionCount }, aRegion))
  const pulled = new Set<UserId>()

  return {
    pool,
    url,
    regions,
    pulled,
    async process(outbox = (real) => real) {
      const terms: number[] = []
      const failures: string[] = []
      const stopping = new AbortController()
      const connections = await Promise.all(regions.map(({ server }) => connectTo(server.url)))
      const ended = runRelay(
        {
          leadership: postgresLeadership(url, { lock: LOCK }),
          outbox: outbox(postgresOutbox(pool)),
          regions: connections.map((redis, at) => redisInvalidationRegion(`region-${at}`, redis)),
          tail: {
            ready: () => true,
            horizon: () => horizonBelow(1, Number.MAX_SAFE_INTEGER),
            pulledSet: () => pulled,
          },
          lags: postgresGroupLags(pool),
          wakeups: { listen: () => () => undefined },
          pace: nodePace,
          onLeading: (term) => void (term === undefined ? undefined : terms.push(term)),
          onFailure: (error) => {
            failures.push(String(error))
          },
          watch: {
            regionFailed: (error, region) => {
              failures.push(`${region}: ${String(error)}`)
            },
            groupLags: () => undefined,
            groupIsLate: () => undefined,
            clocksDiffer: () => undefined,
            choresFailed: (error) => void failures.push(`chores: ${String(error)}`),
            partitionsKept: () => undefined,
          },
        },
        stopping.signal,
      )
      const stop = async () => {
        stopping.abort()
        await ended
      }
      onTestFinished(stop)
      return { terms, failures, stop }
    },
    async edit(post, version) {
      const { rows } = await pool.query<{ xid: string }>(
        `insert into outbox (partition, key, event) values (0, '1', $1) returning xid::text as xid`,
        [JSON.stringify({ type: 'post.edited', post, author: '1', version })],
      )
      return Number(rows[0]?.xid)
    },
  }
}
