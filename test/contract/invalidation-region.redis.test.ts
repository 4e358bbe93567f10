import { onTestFinished } from 'vitest'
import { redisInvalidationRegion } from '../../origin/adapters/redis/invalidation-region.ts'
import { keys } from '../../shared/keys.ts'
import { freshRedis } from '../support/redis.ts'
import { connectTo } from '../support/redis-connection.ts'
import { invalidationRegionContract } from './invalidation-region.ts'

invalidationRegionContract(async () => {
  const server = await freshRedis()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const redis = await connectTo(server.url)
  return {
    region: redisInvalidationRegion('here', redis),
    async entries() {
      const entries = await redis.xrange(keys.invalidationLog, '-', '+')
      return entries.map(([id, fields]) => [
        Number.parseInt(id, 10),
        ...fields.filter((_, at) => at % 2 === 1),
      ])
    },
    lease: () => redis.get(keys.lease),
    async pulled() {
      const [stamp = null, set = null] = await redis.mget(keys.pulledSetHorizon, keys.pulledSet)
      return [stamp, set]
    },
  }
})
