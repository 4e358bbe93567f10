import type { Redis } from 'ioredis'
import { redisConnection } from '../../../origin/adapters/redis/connection.ts'
import type { Service } from '../../../scripts/local/services.ts'
import { keys } from '../../../shared/keys.ts'
import { deployment, type Deployment } from '../../support/deployment.ts'
import { lateLink, type LateLink } from '../../support/late-link.ts'
import { freshDatabase } from '../../support/postgres.ts'
import { freshRedis, type FreshRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

/** What the replica lags behind the primary, unless a test says otherwise. */
export const LAG_MS = 300

/** One origin, a primary Redis and a late replica of it, each behind a gateway of its own. */
export interface TwoRegions extends AsyncDisposable {
  readonly deployed: Deployment
  readonly origin: Service
  readonly primary: FreshRedis
  readonly replica: FreshRedis
  /** On which replication travels. */
  readonly link: LateLink
  readonly gateways: { readonly near: Service; readonly far: Service }
  readonly ask: { readonly primary: Redis; readonly replica: Redis }
  /** Both regions have a lease, and the replica follows again. */
  settled(): Promise<void>
}

export async function twoRegions(): Promise<TwoRegions> {
  await using opening = new AsyncDisposableStack()
  const settings = [
    'repl-diskless-sync-delay 0',
    'repl-ping-replica-period 1',
    'repl-backlog-size 16mb',
    // Asked to end, a primary would wait for a replica that is cut off.
    'shutdown-timeout 0',
  ]
  const database = opening.use(await freshDatabase())
  const primary = opening.use(await freshRedis({ settings }))
  const link = opening.use(await lateLink(primary.port, LAG_MS))
  const replica = opening.use(
    await freshRedis({ settings: [...settings, `replicaof 127.0.0.1 ${link.port}`] }),
  )
  const connectTo = ({ url }: FreshRedis) =>
    opening.adopt(redisConnection({ url, name: 'test', onError: () => undefined }), (connection) =>
      connection.disconnect(),
    )
  const connections = { primary: connectTo(primary), replica: connectTo(replica) }
  const deployed = opening.use(
    await deployment({ databaseUrl: database.url, redisUrl: primary.url }),
  )
  const [origin, near, far] = await Promise.all([
    deployed.origin(),
    deployed.gateway(primary.url),
    deployed.gateway(replica.url),
  ])

  const settled = () =>
    until(
      async () => {
        try {
          const info = await connections.replica.info('replication')
          const leases = await Promise.all([
            connections.primary.exists(keys.lease),
            connections.replica.exists(keys.lease),
          ])
          return info.includes('master_link_status:up') && leases.every((there) => there === 1)
        } catch {
          // One of them is starting.
          return false
        }
      },
      30_000,
      'a lease in both regions',
    )
  await settled()

  const open = opening.move()
  return {
    deployed,
    origin,
    primary,
    replica,
    link,
    gateways: { near, far },
    ask: connections,
    settled: async () => void (await settled()),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
