import type { Redis } from 'ioredis'
import { redisConnection } from '../../origin/adapters/redis/connection.ts'

/** A connection of those who break it, and of those who look whether it is whole again. */
export interface RedisPastFaults extends Disposable {
  readonly client: Redis
}

export async function redisPastFaults(url: string): Promise<RedisPastFaults> {
  const client = redisConnection({ url, name: 'loss', onError: () => undefined, deadlineMs: 5_000 })
  await new Promise((resolve) => client.once('ready', resolve))
  return { client, [Symbol.dispose]: () => client.disconnect() }
}
