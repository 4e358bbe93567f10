import type { Redis } from 'ioredis'
import type { ClusterMap } from './cluster-map.ts'
import { nodeUrl } from './cluster-slots.ts'
import { redisConnection, type RedisConnectionOptions, type RedisNodes } from './connection.ts'

/** `MOVED 3999 host:port` and `ASK 3999 host:port`; the host may be empty, which means the same one. */
const REDIRECT = /^(MOVED|ASK) \d+ (.*):(\d+)$/

export interface ClusterNodes extends RedisNodes {
  /** Of the primaries that are known now. */
  readonly connections: () => readonly Redis[]
  readonly disconnect: () => void
}

/** One connection to each primary, made when it is known to be one, so that it is ready when it is asked. */
export function clusterNodes(
  map: ClusterMap,
  options: Omit<RedisConnectionOptions, 'url'>,
): ClusterNodes {
  const nodes = new Map<string, Redis>()
  const nodeAt = (url: string): Redis => {
    const known = nodes.get(url)
    if (known !== undefined) return known
    const made = redisConnection({ ...options, url })
    nodes.set(url, made)
    return made
  }

  map.follow((primaries) => {
    for (const url of primaries) nodeAt(url)
    for (const [url, node] of nodes) {
      if (primaries.has(url)) continue
      node.disconnect()
      nodes.delete(url)
    }
  })

  return {
    of: (key) => nodeAt(map.primaryOf(key)),
    redirected({ message }, key) {
      const [, kind, host = '', port = ''] = REDIRECT.exec(message) ?? []
      if (kind === undefined) return undefined
      if (kind === 'MOVED') map.doubt()
      return { node: nodeAt(nodeUrl(host, port, map.primaryOf(key))), isAsk: kind === 'ASK' }
    },
    connections: () => [...nodes.values()],
    disconnect() {
      for (const node of nodes.values()) node.disconnect()
    },
  }
}
