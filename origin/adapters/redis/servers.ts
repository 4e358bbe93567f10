import { REDIS_CONNECT_DEADLINE_MS } from '../../../shared/limits.ts'
import type { Pace } from '../../ports/pace.ts'
import { clusterMap, type ClusterMap } from './cluster-map.ts'
import { clusterNodes } from './cluster-nodes.ts'
import { clusterSeeds } from './cluster-seeds.ts'
import { isReadyWithin, oneNode, redisConnection, type RedisNodes } from './connection.ts'

/** The Redis, or the cluster, behind a URL. */
export interface RedisServers extends AsyncDisposable {
  readonly url: string
  readonly cluster: ClusterMap | undefined
  /** Connections of their own for one purpose, named in CLIENT LIST. Used when they are ready, or later. */
  nodes(name: string): Promise<RedisNodes>
}

export interface RedisServersDeps {
  readonly url: string
  readonly pace: Pace
  readonly onError: (name: string, error: Error) => void
  readonly connectDeadlineMs?: number
}

export function redisServers({
  url,
  pace,
  onError,
  connectDeadlineMs = REDIS_CONNECT_DEADLINE_MS,
}: RedisServersDeps): RedisServers {
  const open = new AsyncDisposableStack()
  const seeds = clusterSeeds(url)
  const toCluster = (error: Error) => onError('the map of the cluster', error)
  const map = seeds && open.use(clusterMap({ seeds, pace, onError: toCluster }))

  return {
    url,
    cluster: map,
    async nodes(name) {
      const onNodeError = (error: Error) => onError(name, error)
      if (map === undefined) {
        const redis = redisConnection({ url, name, onError: onNodeError })
        open.defer(() => redis.disconnect())
        await isReadyWithin(redis, connectDeadlineMs)
        return oneNode(redis)
      }
      const nodes = clusterNodes(map, { name, onError: onNodeError })
      open.defer(nodes.disconnect)
      await map.look()
      await Promise.all(nodes.connections().map((redis) => isReadyWithin(redis, connectDeadlineMs)))
      return nodes
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
