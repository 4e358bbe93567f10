import { freshTopics, needs } from '../../support/kafka.ts'
import { aRangeQueue } from '../../support/kafka-log.ts'
import { rangedDeliveriesSuite } from './ranged-deliveries.ts'

needs('kafka')

rangedDeliveriesSuite(async (pool) => aRangeQueue(pool, await freshTopics()))
