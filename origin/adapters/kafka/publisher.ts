import { Partitioners, type Kafka, type Producer } from 'kafkajs'
import { KAFKA_SEND_MESSAGES_MAX } from '../../../shared/limits.ts'
import { LOG_PARTITIONS } from '../../../shared/keys.ts'
import type { LogPublisher } from '../../ports/log-publisher.ts'
import { failureOf } from './failure.ts'
import { eventMessage, tickMessage, type PlacedMessage } from './log-entry.ts'
import type { Topics } from './topics.ts'

export interface KafkaSender extends AsyncDisposable {
  /** Resolves when all in-sync copies have them, in this order. */
  send(topic: string, messages: readonly PlacedMessage[]): Promise<void>
}

/**
 * Stored by every copy in sync before it is answered, and once however often it is sent: the broker knows
 * a repeated batch by the producer's number and the batch's. That holds within one producer; after a
 * failure nobody knows what was stored, and the next send begins with a new one.
 */
export function kafkaSender(kafka: Kafka): KafkaSender {
  let connected: Promise<Producer> | undefined

  async function connect(): Promise<Producer> {
    const producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      idempotent: true,
      // More would let a later batch arrive before one that is sent again.
      maxInFlightRequests: 1,
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 5 },
    })
    await producer.connect()
    return producer
  }

  async function end(): Promise<void> {
    const ending = connected
    connected = undefined
    const producer = await ending?.catch(() => undefined)
    await producer?.disconnect()
  }

  return {
    async send(topic, messages) {
      try {
        connected ??= connect()
        const producer = await connected
        for (let at = 0; at < messages.length; at += KAFKA_SEND_MESSAGES_MAX) {
          const part = messages.slice(at, at + KAFKA_SEND_MESSAGES_MAX)
          await producer.send({ topic, acks: -1, messages: part })
        }
      } catch (error) {
        await end()
        throw failureOf(error, 'publishing')
      }
    },
    [Symbol.asyncDispose]: end,
  }
}

export const kafkaPublisher = (
  sender: Pick<KafkaSender, 'send'>,
  topics: Topics,
): LogPublisher => ({
  async publish(events, tick) {
    const ticks =
      tick === undefined
        ? []
        : Array.from({ length: LOG_PARTITIONS }, (_, partition) => tickMessage(tick, partition))
    await sender.send(topics.events, [...events.map(eventMessage), ...ticks])
  },
})
