import { redisDeliveryStore } from '../../origin/adapters/redis/delivery-store.ts'
import { redisListStore } from '../../origin/adapters/redis/list-store.ts'
import { aRedisNode } from '../support/redis-node.ts'
import { listStoreContract } from './list-store.ts'

const node = aRedisNode()

listStoreContract(async ({ postsMax }) => {
  const { server, redis, nodes, newToken } = node()
  await redis.flushall()
  return {
    lists: redisListStore({ nodes, newToken, postsMax: () => postsMax }),
    delivery: redisDeliveryStore({ url: server.url, postsMax: () => postsMax }),
  }
})
