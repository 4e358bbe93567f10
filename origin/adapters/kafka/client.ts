import { Kafka, logLevel, type ISocketFactory } from 'kafkajs'
import { KAFKA_CONNECT_DEADLINE_MS, KAFKA_REQUEST_DEADLINE_MS } from '../../../shared/limits.ts'
import { guardedSockets } from './guarded-sockets.ts'

export interface KafkaOptions {
  readonly brokers: readonly string[]
  /** Seen in the broker's logs. */
  readonly clientId: string
  /** How connections are made; a test cuts them here. */
  readonly socketFactory?: ISocketFactory | undefined
}

/**
 * One client a process. It says nothing by itself: kafkajs reports every rebalance as an error, and what
 * really fails reaches its caller.
 */
export const kafkaClient = ({ brokers, clientId, socketFactory }: KafkaOptions): Kafka =>
  new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: KAFKA_CONNECT_DEADLINE_MS,
    requestTimeout: KAFKA_REQUEST_DEADLINE_MS,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    logLevel: logLevel.NOTHING,
    socketFactory: guardedSockets({ sockets: socketFactory }),
  })
