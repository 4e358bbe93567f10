import { expect, it } from 'vitest'
import { oneNode } from '../../../../origin/adapters/redis/connection.ts'
import { redisProjectionFills } from '../../../../origin/adapters/redis/projection-fills.ts'
import { redisWaves } from '../../../../origin/adapters/redis/waves.ts'
import { userId } from '../../../../shared/ids.ts'
import { keys } from '../../../../shared/keys.ts'
import { COUNTS_KEPT_MS, COUNTS_LIFE_MS } from '../../../../shared/limits.ts'
import { connectTo } from '../../../support/redis-connection.ts'
import { freshRedis } from '../../../support/redis.ts'

it('tells counts that may be shown from those that are only kept, which give way to whatever comes', async () => {
  await using server = await freshRedis()
  const redis = await connectTo(server.url)
  const nodes = oneNode(redis)
  const fills = redisProjectionFills({ nodes, now: Date.now })
  const waves = redisWaves({ nodes })
  const user = userId('3364954366084252314')
  const fill = (version: number) =>
    fills.counts(new Map([[user, { version, json: `{"followers":${version}}` }]]))
  const found = async () => {
    const { counts, oldCounts } = await waves.send({ counts: [user] })
    return { shown: counts.get(user), kept: oldCounts.get(user) }
  }

  await fill(2)
  await fill(1)
  expect(await found()).toEqual({ shown: '{"followers":2}', kept: undefined })

  await redis.pexpire(keys.userCounts(user), COUNTS_KEPT_MS - COUNTS_LIFE_MS)
  expect(await found()).toEqual({ shown: undefined, kept: '{"followers":2}' })

  await fill(1)
  expect(await found()).toEqual({ shown: '{"followers":1}', kept: undefined })
})
