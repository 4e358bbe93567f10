import { memoryDeliveryStore } from '../../origin/adapters/memory/delivery-store.ts'
import { memoryListStore } from '../../origin/adapters/memory/list-store.ts'
import { memoryNode } from '../../origin/adapters/memory/node.ts'
import { memoryProjectionFills } from '../../origin/adapters/memory/projection-fills.ts'
import { memorySessionStore } from '../../origin/adapters/memory/session-store.ts'
import { memoryWaves } from '../../origin/adapters/memory/waves.ts'
import { deliveryStoreContract, now } from './delivery-store.ts'

deliveryStoreContract(async () => {
  const [node, options] = [memoryNode(), { postsMax: () => 20 }]
  return {
    delivery: memoryDeliveryStore(node, options),
    lists: memoryListStore(node, options),
    waves: memoryWaves(node),
    fills: memoryProjectionFills(node, now),
    sessions: memorySessionStore(node),
  }
})
