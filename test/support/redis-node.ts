import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import {
  isReadyWithin,
  oneNode,
  redisConnection,
  type RedisNodes,
} from '../../origin/adapters/redis/connection.ts'
import { freshRedis, type FreshRedis } from './redis.ts'

export interface RedisNodeUnderTest {
  readonly server: FreshRedis
  readonly redis: Redis
  readonly nodes: RedisNodes
  readonly newToken: () => string
}

interface NodeOptions {
  readonly settings?: readonly string[]
  /** Longer where a slow machine would look like a fault. */
  readonly deadlineMs?: number
}

/** One private server for the tests of a file, and a connection to it. Failures to connect are expected in some. */
export function aRedisNode({
  settings = [],
  deadlineMs,
}: NodeOptions = {}): () => RedisNodeUnderTest {
  let node: RedisNodeUnderTest | undefined
  beforeAll(async () => {
    const server = await freshRedis({ settings })
    const redis = redisConnection({
      url: server.url,
      name: 'test',
      onError: () => undefined,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    })
    await isReadyWithin(redis, 5_000)
    node = { server, redis, nodes: oneNode(redis), newToken: randomUUID }
  })
  afterAll(async () => {
    node?.redis.disconnect()
    await node?.server[Symbol.asyncDispose]()
  })
  return () => {
    if (node === undefined) throw new Error('the server has not been started yet')
    return node
  }
}
