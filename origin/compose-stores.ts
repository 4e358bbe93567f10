import { randomUUID } from 'node:crypto'
import { postgresAuditLog } from './adapters/postgres/audit-log.ts'
import { postgresDeliveryRanges } from './adapters/postgres/delivery-ranges.ts'
import { postgresGenerations } from './adapters/postgres/generations.ts'
import { postgresOutbox } from './adapters/postgres/outbox.ts'
import { postgresPeople } from './adapters/postgres/people.ts'
import { postgresPool } from './adapters/postgres/pool.ts'
import { postgresRelations } from './adapters/postgres/relations-among.ts'
import { postgresSettings } from './adapters/postgres/settings.ts'
import { postgresSignal } from './adapters/postgres/signal.ts'
import { postgresForgetting } from './adapters/postgres/forgetting.ts'
import { postgresStats } from './adapters/postgres/stats.ts'
import { postgresSubjects } from './adapters/postgres/subjects.ts'
import { postgresTruth } from './adapters/postgres/truth.ts'
import { postgresWrites } from './adapters/postgres/writes.ts'
import { nodePace } from './adapters/node/pace.ts'
import { redisDeliveryStore } from './adapters/redis/delivery-store.ts'
import { invalidationRegion } from './adapters/redis/invalidation-region.ts'
import { redisListStore } from './adapters/redis/list-store.ts'
import { redisProjectionFills } from './adapters/redis/projection-fills.ts'
import { redisServers } from './adapters/redis/servers.ts'
import { redisSessionStore } from './adapters/redis/session-store.ts'
import { redisWaves } from './adapters/redis/waves.ts'
import { openLog } from './compose-log.ts'
import type { Config } from './config.ts'
import {
  POSTGRES_DEADLINE_MS,
  POSTGRES_LOG_CONNECTIONS_MAX,
  POSTGRES_READ_CONNECTIONS_MAX,
  POSTGRES_WRITE_CONNECTIONS_MAX,
} from '../shared/limits.ts'
import type { Now } from '../shared/time.ts'

export interface StoresDeps {
  readonly now: Now
  /** The setting `list.postsMax`, asked each time. */
  readonly listPostsMax: () => number
  readonly failed: (what: string, error: unknown) => void
}

export type Stores = Awaited<ReturnType<typeof openStores>>

/**
 * Postgres three times, so that none of them can starve another: writes, reads of pages, and the log with
 * what follows it. Redis
 * three times too: for pages, for the scripts that pages must not wait behind, and for leases.
 */
export async function openStores(
  { postgres, redis, eventLog }: Pick<Config, 'postgres' | 'redis' | 'eventLog'>,
  open: AsyncDisposableStack,
  { now, listPostsMax, failed }: StoresDeps,
) {
  const pool = (applicationName: string, max: number) =>
    open.adopt(
      postgresPool(postgres.url, {
        applicationName,
        max,
        statementTimeoutMs: POSTGRES_DEADLINE_MS,
        onIdleFailure: (error) => failed(applicationName, error),
      }),
      (opened) => opened.end(),
    )

  const writePool = pool('headwater-write', POSTGRES_WRITE_CONNECTIONS_MAX)
  const readPool = pool('headwater-read', POSTGRES_READ_CONNECTIONS_MAX)
  const logPool = pool('headwater-log', POSTGRES_LOG_CONNECTIONS_MAX)
  const signal = open.use(postgresSignal(postgres.url, (error) => failed('signal', error)))
  const servers = open.use(redisServers({ url: redis.url, pace: nodePace, onError: failed }))
  // Redis may come later: until then pages come from Postgres, and say so.
  const [pages, nodes, relay] = await Promise.all([
    servers.nodes('headwater-pages'),
    servers.nodes('headwater-scripts'),
    // A lease must not wait behind a page.
    servers.nodes('headwater-relay'),
  ])
  const outbox = postgresOutbox(logPool)
  const log = await openLog(eventLog, open, {
    pool: logPool,
    outbox,
    signal,
    pace: nodePace,
    failed,
  })

  return {
    pace: nodePace,
    signal,
    outbox,
    logPool,
    truth: postgresTruth(readPool),
    relations: postgresRelations(readPool),
    people: postgresPeople(readPool),
    stats: postgresStats(logPool),
    forgetting: postgresForgetting(logPool),
    writes: postgresWrites(writePool, nodePace),
    subjects: postgresSubjects(writePool),
    settings: postgresSettings(logPool),
    audit: postgresAuditLog(logPool),
    deadLetters: log.deadLetters,
    generations: postgresGenerations(logPool),
    deliveryTruth: postgresTruth(logPool),
    log: log.events,
    lags: log.lags,
    publish: log.publish,
    rangeQueue: log.ranges,
    ranges: postgresDeliveryRanges(logPool),
    regions: [invalidationRegion('primary', relay)],
    waves: redisWaves({ nodes: pages }),
    lists: redisListStore({ nodes, postsMax: listPostsMax, newToken: randomUUID }),
    fills: redisProjectionFills({ nodes, now }),
    sessions: redisSessionStore(nodes),
    delivery: redisDeliveryStore({
      url: servers.url,
      cluster: servers.cluster,
      postsMax: listPostsMax,
    }),
  }
}
