import { aMember, aPublisher, makeTick, writeEvent } from '../support/kafka-log.ts'
import { freshTopics, needs } from '../support/kafka.ts'
import { freshPool } from '../support/pool.ts'
import { eventLogContract, type LogUnderTest } from './event-log.ts'

needs('kafka')

/** Through the outbox and the publishing of it, as in the product. */
eventLogContract(async (): Promise<LogUnderTest> => {
  const { pool } = await freshPool()
  const topics = await freshTopics()
  aPublisher(pool, topics)
  let ticks = 0

  return {
    async member() {
      const member = await aMember(pool, topics)
      return { log: member.log, crash: async () => member.cut() }
    },
    publish: (key) => writeEvent(pool, key),
    async tick() {
      ticks += 1
      await makeTick(pool, ticks)
      return ticks
    },
  }
})
