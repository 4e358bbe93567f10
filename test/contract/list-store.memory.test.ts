import { memoryDeliveryStore } from '../../origin/adapters/memory/delivery-store.ts'
import { memoryListStore } from '../../origin/adapters/memory/list-store.ts'
import { memoryNode } from '../../origin/adapters/memory/node.ts'
import { listStoreContract } from './list-store.ts'

listStoreContract(async ({ postsMax }) => {
  const [node, options] = [memoryNode(), { postsMax: () => postsMax }]
  return { lists: memoryListStore(node, options), delivery: memoryDeliveryStore(node, options) }
})
