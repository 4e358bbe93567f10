import type { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import { isReadyWithin, redisConnection } from '../../origin/adapters/redis/connection.ts'

/** As the product connects; it goes when the test has finished. */
export async function connectTo(url: string): Promise<Redis> {
  const redis = redisConnection({ url, name: 'test', onError: () => undefined })
  onTestFinished(() => redis.disconnect())
  if (!(await isReadyWithin(redis, 2_000))) throw new Error('Redis is not ready')
  return redis
}
