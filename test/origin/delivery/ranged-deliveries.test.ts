import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresRangeQueue } from '../../../origin/adapters/postgres/range-queue.ts'
import { rangedDeliveriesSuite } from './ranged-deliveries.ts'

rangedDeliveriesSuite(async (pool) =>
  postgresRangeQueue({ pool, pace: nodePace, onFailure: () => undefined }, { pollMs: 20 }),
)
