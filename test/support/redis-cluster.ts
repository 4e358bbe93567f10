import { afterAll, beforeAll, beforeEach, inject } from 'vitest'
import { nodePace } from '../../origin/adapters/node/pace.ts'
import type { ClusterMap } from '../../origin/adapters/redis/cluster-map.ts'
import { redisServers, type RedisServers } from '../../origin/adapters/redis/servers.ts'
import type { RedisNodes } from '../../origin/adapters/redis/connection.ts'
import { ownRedisCluster, type OwnRedisCluster } from '../faults/redis-cluster.ts'
import { spawnIn } from './run.ts'

/** A cluster for the tests of a file. Throws, with words, where six servers cannot be started. */
export function freshRedisCluster(): Promise<OwnRedisCluster> {
  const folder = inject('runFolder')
  const ground = { folder, redisBinary: inject('redisBinary'), spawnChild: spawnIn(folder) }
  return ownRedisCluster(ground)
}

export interface RedisClusterUnderTest {
  readonly cluster: OwnRedisCluster
  readonly servers: RedisServers
  readonly map: ClusterMap
  readonly nodes: RedisNodes
}

/** As `aRedisNode`. Where no cluster can be started each test is skipped, and says why. */
export function aRedisCluster(): () => RedisClusterUnderTest {
  const open = new AsyncDisposableStack()
  let made: RedisClusterUnderTest | undefined
  let reason = 'the cluster has not been started yet'
  beforeAll(async () => {
    try {
      const cluster = open.use(await freshRedisCluster())
      made = await overCluster(cluster, open)
    } catch (error) {
      reason = `no Redis Cluster: ${String(error)}`
      console.log(`skipped: ${reason}`)
    }
  })
  beforeEach((context) => {
    if (made === undefined) context.skip(reason)
  })
  afterAll(() => open.disposeAsync())
  return () => {
    if (made === undefined) throw new Error(reason)
    return made
  }
}

async function overCluster(
  cluster: OwnRedisCluster,
  open: AsyncDisposableStack,
): Promise<RedisClusterUnderTest> {
  const servers = open.use(
    redisServers({ url: cluster.url, pace: nodePace, onError: () => undefined }),
  )
  if (servers.cluster === undefined) throw new TypeError('the URL names no cluster')
  return { cluster, servers, map: servers.cluster, nodes: await servers.nodes('test') }
}
