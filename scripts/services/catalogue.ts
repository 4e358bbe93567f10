import { kafkaService } from './kafka.ts'
import { redisClusterService } from './redis-cluster.ts'
import type { Service } from './service.ts'

/** In the order in which `status` lists them. */
export const SERVICES: readonly Service[] = [
  kafkaService({ name: 'kafka', brokers: 1, firstPort: 19_092, variable: 'KAFKA_BROKERS' }),
  kafkaService({ name: 'kafka3', brokers: 3, firstPort: 29_092, variable: 'KAFKA3_BROKERS' }),
  redisClusterService,
]

export function serviceNamed(name: string): Service {
  const service = SERVICES.find((each) => each.name === name)
  if (service !== undefined) return service
  const names = SERVICES.map((each) => each.name).join(', ')
  throw new Error(`There is no service named ${name}. There are: ${names}.`)
}
