import { randomUUID } from 'node:crypto'
import { redisDeliveryStore } from '../../origin/adapters/redis/delivery-store.ts'
import { redisListStore } from '../../origin/adapters/redis/list-store.ts'
import { redisProjectionFills } from '../../origin/adapters/redis/projection-fills.ts'
import { redisSessionStore } from '../../origin/adapters/redis/session-store.ts'
import { redisWaves } from '../../origin/adapters/redis/waves.ts'
import { aRedisCluster } from '../support/redis-cluster.ts'
import { deliveryStoreContract, now } from './delivery-store.ts'
import { listStoreContract } from './list-store.ts'

const redis = aRedisCluster()

deliveryStoreContract(async () => {
  const { cluster, servers, nodes } = redis()
  await cluster.toPrimaries('FLUSHALL')
  const postsMax = () => 20
  return {
    delivery: redisDeliveryStore({ ...servers, postsMax }),
    lists: redisListStore({ nodes, newToken: randomUUID, postsMax }),
    waves: redisWaves({ nodes }),
    fills: redisProjectionFills({ nodes, now }),
    sessions: redisSessionStore(nodes),
  }
})

listStoreContract(async ({ postsMax }) => {
  const { cluster, servers, nodes } = redis()
  await cluster.toPrimaries('FLUSHALL')
  return {
    lists: redisListStore({ nodes, newToken: randomUUID, postsMax: () => postsMax }),
    delivery: redisDeliveryStore({ ...servers, postsMax: () => postsMax }),
  }
})
