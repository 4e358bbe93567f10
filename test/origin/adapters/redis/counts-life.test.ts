import { expect, it } from 'vitest'
import { oneNode } from '../../../../origin/adapters/redis/connection.ts'
import { redisProjectionFills } from '../../../../origin/adapters/redis/projection-fills.ts'
import { userId } from '../../../../shared/ids.ts'
import { keys } from '../../../../shared/keys.ts'
import { COUNTS_LIFE_MS } from '../../../../shared/limits.ts'
import { connectTo } from '../../../support/redis-connection.ts'
import { freshRedis } from '../../../support/redis.ts'

it('lets counts end within the minute in which they may be old', async () => {
  await using server = await freshRedis()
  const redis = await connectTo(server.url)
  const fills = redisProjectionFills({ nodes: oneNode(redis), now: Date.now })
  const user = userId('3364954366084252314')
  await fills.counts(new Map([[user, { version: 1, json: '{"followers":1}' }]]))

  const leftMs = await redis.pttl(keys.userCounts(user))
  expect(leftMs).toBeGreaterThan(0)
  expect(leftMs).toBeLessThanOrEqual(COUNTS_LIFE_MS)
})
