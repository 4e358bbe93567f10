import path from 'node:path'
import { fetchKafka, missingForKafka } from './kafka-jars.ts'
import { brokersSeen, startKafkaCluster } from './kafka-cluster.ts'
import type { KafkaNode } from './kafka-properties.ts'
import { freeBlock } from './port-block.ts'
import type { Service } from './service.ts'

export interface KafkaServiceOptions {
  readonly name: string
  readonly brokers: number
  readonly firstPort: number
  /** What the list of brokers is called in the environment. */
  readonly variable: string
}

export const kafkaService = (options: KafkaServiceOptions): Service => ({
  name: options.name,
  what: options.brokers === 1 ? 'one Kafka broker' : `${options.brokers} Kafka brokers`,
  missing: missingForKafka,
  async start({ dataDir, logsDir, toolsDir, spawnChild, say }) {
    const lib = await fetchKafka({ toolsDir, logsDir, spawnChild, say })
    const nodes = await kafkaNodes(dataDir, options)
    const { brokers } = await startKafkaCluster({ lib, nodes, dataDir, logsDir, spawnChild })
    return { [options.variable]: brokers.join(',') }
  },
  answers: async (env) =>
    (await brokersSeen((env[options.variable] ?? '').split(','))) === options.brokers,
})

/** Nodes with two ports each, a hundred apart. */
export async function kafkaNodes(
  dataDir: string,
  { brokers, firstPort }: Pick<KafkaServiceOptions, 'brokers' | 'firstPort'>,
): Promise<readonly KafkaNode[]> {
  const offsets = Array.from({ length: brokers }, (_, at) => [at * 100, at * 100 + 1]).flat()
  const base = await freeBlock(firstPort, offsets)
  return Array.from({ length: brokers }, (_, at) => ({
    id: at + 1,
    brokerPort: base + at * 100,
    controllerPort: base + at * 100 + 1,
    dataDir: path.join(dataDir, `node-${at + 1}`),
  }))
}
