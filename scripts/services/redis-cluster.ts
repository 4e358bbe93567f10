import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { Redis } from 'ioredis'
import { findRedisBinary } from '../local/redis-binary.ts'
import { startRedis } from '../local/redis.ts'
import { until } from '../local/until.ts'
import { freeBlock } from './port-block.ts'
import { formCluster } from './redis-cluster-form.ts'
import type { Service } from './service.ts'

const PRIMARIES = 3
const NODES = 2 * PRIMARIES
const FIRST_PORT = 17_000
/** Where nodes talk to each other, as the server itself has it. */
const BUS_OFFSET = 10_000
const READY_DEADLINE_MS = 30_000

/** Failovers within about two seconds, replicas that follow at once, and nothing on disk. */
const SETTINGS = [
  'cluster-enabled yes',
  'cluster-config-file nodes.conf',
  'cluster-node-timeout 1000',
  'cluster-replica-validity-factor 0',
  'cluster-require-full-coverage no',
  'repl-diskless-sync-delay 0',
  'repl-ping-replica-period 1',
  'shutdown-on-sigterm nosave',
  // A primary would wait ten seconds for a replica that a test has stopped.
  'shutdown-timeout 0',
  'maxmemory 256mb',
]

export const redisClusterService: Service = {
  name: 'redis-cluster',
  what: `a Redis Cluster of ${PRIMARIES} primaries and ${PRIMARIES} replicas`,
  // The server itself is found or fetched as npm start does it.
  missing: () => [],
  async start({ dataDir, logsDir, toolsDir, spawnChild, say }) {
    const binary = await findRedisBinary({ toolsDir, report: say })
    // A cluster is formed of empty nodes only; nothing here outlives a stop anyway.
    await rm(dataDir, { recursive: true, force: true })
    await mkdir(dataDir, { recursive: true })
    const offsets = Array.from({ length: NODES }, (_, at) => [at, at + BUS_OFFSET]).flat()
    const base = await freeBlock(FIRST_PORT, offsets)
    const ports = Array.from({ length: NODES }, (_, at) => base + at)
    await Promise.all(
      ports.map((port) =>
        startRedis({
          binary,
          dataDir: path.join(dataDir, String(port)),
          logFile: path.join(logsDir, `redis-${port}.log`),
          port,
          settings: SETTINGS,
          name: `redis ${port}`,
          spawnChild,
        }),
      ),
    )
    await formCluster(ports, PRIMARIES)
    await until(() => areAllReady(ports), {
      deadlineMs: READY_DEADLINE_MS,
      what: 'a Redis Cluster with all of its replicas',
      everyMs: 100,
    })
    return { REDIS_CLUSTER_URLS: ports.map((port) => `redis://127.0.0.1:${port}`).join(',') }
  },
  answers: async (env) => {
    const urls = (env['REDIS_CLUSTER_URLS'] ?? '').split(',')
    return areAllReady(urls.map((url) => Number(new URL(url).port)))
  },
}

const areAllReady = async (ports: readonly number[]): Promise<boolean> =>
  (await Promise.all(ports.map(isReady))).every(Boolean)

/** A node that knows all slots, and follows its primary if it is a replica. */
async function isReady(port: number): Promise<boolean> {
  const node = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null })
  // The failure is that of `connect` too.
  node.on('error', () => undefined)
  try {
    await node.connect()
    const [cluster, replication] = await Promise.all([
      node.cluster('INFO') as Promise<string>,
      node.info('replication'),
    ])
    return (
      cluster.includes('cluster_state:ok') &&
      (replication.includes('role:master') || replication.includes('master_link_status:up'))
    )
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  } finally {
    node.disconnect()
  }
}
