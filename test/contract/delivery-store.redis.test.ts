import { describe, expect, it } from 'vitest'
import { redisDeliveryStore } from '../../origin/adapters/redis/delivery-store.ts'
import { redisListStore } from '../../origin/adapters/redis/list-store.ts'
import { redisProjectionFills } from '../../origin/adapters/redis/projection-fills.ts'
import { redisSessionStore } from '../../origin/adapters/redis/session-store.ts'
import { redisWaves } from '../../origin/adapters/redis/waves.ts'
import { allBuckets, keys, type Bucket } from '../../shared/keys.ts'
import { AppError } from '../../shared/errors.ts'
import { aGeneration, aMark, aPost, aUser } from '../support/feed-builders.ts'
import { aRedisNode } from '../support/redis-node.ts'
import { until } from '../support/until.ts'
import { deliveryStoreContract, now } from './delivery-store.ts'

const node = aRedisNode()
const postsMax = () => 20

deliveryStoreContract(async () => {
  const { server, redis, nodes, newToken } = node()
  await redis.flushall()
  return {
    delivery: redisDeliveryStore({ url: server.url, postsMax }),
    lists: redisListStore({ nodes, newToken, postsMax }),
    waves: redisWaves({ nodes }),
    fills: redisProjectionFills({ nodes, now }),
    sessions: redisSessionStore(nodes),
  }
})

describe('a delivery session on Redis', () => {
  const open = () => redisDeliveryStore({ url: node().server.url, postsMax }).open()
  const killAll = () => node().redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')

  it('is dead after a lost connection, and stays dead', async () => {
    const session = await open()
    await killAll()
    await expect(session.push([keys.timeline(aUser())], aPost())).rejects.toThrow(AppError)
    await expect(session.watermarks()).rejects.toThrow(AppError)
  })

  it('loses what was in flight to the call that sent it', async () => {
    const session = await open()
    node().server.pause()
    const pending = [session.push([keys.timeline(aUser())], aPost()), session.watermarks()]
    const settled = Promise.allSettled(pending)
    await until(() => true)
    node().server.resume()
    await session[Symbol.asyncDispose]()

    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('is dead after an error reply', async () => {
    const session = await open()
    const list = keys.timeline(aUser())
    await node().redis.set(list, 'no list')

    await expect(session.push([list], aPost())).rejects.toThrow(AppError)
    await expect(session.watermarks()).rejects.toThrow(AppError)
  })

  it('is dead when the node forgot the scripts, and another one works', async () => {
    const session = await open()
    await session.watermarks()
    await node().redis.script('FLUSH')
    await expect(session.begin(allBuckets, aGeneration(), aMark(1))).rejects.toThrow(AppError)

    await using next = await open()
    await next.watermarks()
    await next.begin(allBuckets, aGeneration(), aMark(1))
    expect((await next.watermarks()).has(allBuckets[0] as Bucket)).toBe(true)
  })

  it('does not wait for a node that hangs', async () => {
    const session = await open()
    node().server.pause()
    try {
      await expect(session.watermarks()).rejects.toThrow(AppError)
    } finally {
      node().server.resume()
    }
  })
})

describe('waves on Redis', () => {
  it('fail within their deadline while the node hangs, and work again after', async () => {
    const { nodes, server } = node()
    const waves = redisWaves({ nodes })
    const request = { users: [aUser()], posts: [aPost()] }
    server.pause()
    try {
      await expect(waves.send(request)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    } finally {
      server.resume()
    }
    await until(() => waves.send(request).catch(() => false as const))
  })

  it('send each watermark before the keys that it speaks for', async () => {
    const { redis, nodes } = node()
    await using monitor = await monitoring(redis)
    const [user, post] = [aUser(), aPost()]
    await redisWaves({ nodes }).send({ users: [user], posts: [post], lists: [keys.timeline(user)] })
    await until(() => monitor.commands.some((command) => command.includes(keys.timeline(user))))

    const buckets = new Map<string, string[]>()
    for (const key of monitor.commands.flatMap((command) => command[1] ?? [])) {
      const bucket = key.slice(0, 4)
      buckets.set(bucket, [...(buckets.get(bucket) ?? []), key])
    }
    for (const seen of buckets.values()) expect(seen[0]).toMatch(/:wm$/)
    expect(buckets.size).toBeGreaterThan(0)
  })
})

async function monitoring(redis: ReturnType<typeof node>['redis']) {
  const monitor = await redis.monitor()
  const commands: string[][] = []
  monitor.on('monitor', (_: string, command: string[]) => {
    if (command[1]?.startsWith('{') === true) commands.push(command)
  })
  return {
    commands,
    [Symbol.asyncDispose]: () => {
      monitor.disconnect()
      return Promise.resolve()
    },
  }
}
