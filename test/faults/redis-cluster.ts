import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import { Redis } from 'ioredis'
import type { Child } from '../../scripts/local/children.ts'
import { exclusively } from '../../scripts/services/exclusively.ts'
import { redisClusterService } from '../../scripts/services/redis-cluster.ts'
import type { Ground } from './ground.ts'

/** A cluster of its own: 3 primaries, each with a replica. */
export interface OwnRedisCluster extends AsyncDisposable {
  /** As REDIS_URL takes it. */
  readonly url: string
  /** Those that say so of themselves now. */
  primaries(): Promise<readonly Redis[]>
  /** The URL of a node that follows another one. */
  replicaOf(primary: string): Promise<string>
  /** Sends one command to each primary. */
  toPrimaries(...command: [string, ...string[]]): Promise<void>
  /** The node that listens there, to be killed or hung. */
  nodeAt(url: string): Child
  /** A connection to one node, whoever has its slots. */
  connectTo(url: string): Redis
}

export type ClusterGround = Pick<Ground, 'folder' | 'redisBinary' | 'spawnChild'>

/** Throws, with words, where six servers cannot be started. About three seconds. */
export async function ownRedisCluster(ground: ClusterGround): Promise<OwnRedisCluster> {
  const { folder: runFolder, redisBinary, spawnChild } = ground
  const folder = await mkdtemp(path.join(runFolder, 'redis-cluster-'))
  const children = new Map<string, Child>()
  const connections = new Map<string, Redis>()
  const stop = async () => {
    for (const connection of connections.values()) connection.disconnect()
    // Nobody reads their data again.
    for (const child of children.values()) process.kill(child.pid, 'SIGKILL')
    await Promise.all([...children.values()].map(({ ended }) => ended))
  }
  try {
    // Two that look for a block of free ports at the same time would find the same one.
    const env = await exclusively(path.join(path.dirname(runFolder), 'redis-cluster-ports'), () =>
      redisClusterService.start({
        dataDir: path.join(folder, 'data'),
        logsDir: path.join(folder, 'logs'),
        toolsDir: path.dirname(redisBinary),
        spawnChild(options) {
          const child = spawnChild(options)
          children.set(String(/\d+$/.exec(options.name)), child)
          void child.ended.then(() => children.delete(String(/\d+$/.exec(options.name))))
          return child
        },
        say: () => undefined,
      }),
    )
    const url = env['REDIS_CLUSTER_URLS'] ?? ''
    const connectTo = (node: string): Redis => {
      const known = connections.get(node)
      if (known !== undefined) return known
      const made = new Redis(node, { retryStrategy: () => null })
      made.on('error', () => undefined)
      connections.set(node, made)
      return made
    }
    const urls = url.split(',')
    const alive = () => urls.filter((node) => children.has(new URL(node).port))
    const roleOf = async (node: string) => (await connectTo(node).role()) as readonly unknown[]
    const primaries = async () => {
      const roles = await Promise.all(alive().map(roleOf))
      return alive().flatMap((node, at) => (roles[at]?.[0] === 'master' ? [connectTo(node)] : []))
    }
    return {
      url,
      connectTo,
      primaries,
      async replicaOf(primary) {
        for (const node of alive()) {
          const [role, , port] = await roleOf(node)
          if (role === 'slave' && String(port) === new URL(primary).port) return node
        }
        throw new Error(`nobody follows ${primary}`)
      },
      async toPrimaries(name, ...args) {
        for (const node of await primaries()) await node.call(name, ...args)
      },
      nodeAt(node) {
        const child = children.get(new URL(node).port)
        if (child === undefined) throw new Error(`nothing listens at ${node}`)
        return child
      },
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
