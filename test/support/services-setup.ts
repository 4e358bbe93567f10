import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { fetchKafka, missingForKafka } from '../../scripts/services/kafka-jars.ts'
import { kafkaNodes } from '../../scripts/services/kafka.ts'
import { startKafkaCluster } from '../../scripts/services/kafka-cluster.ts'
import { spawnIn } from './run.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a test that starts brokers of its own finds Kafka; empty when it cannot be had. */
    kafkaLib: string
    /** One broker for the whole run: tests have topics of their own. */
    kafkaBrokers: readonly string[]
    /** Why tests of a service are skipped. */
    missingServices: Readonly<Record<string, string>>
  }
}

const ROOT = path.resolve(import.meta.dirname, '..', '..')

/** The real servers beside Postgres and Redis; they end with the folder of the run, as those do. */
export default async function setUp(project: TestProject): Promise<void> {
  const { runFolder } = project.getProvidedContext()
  const toolsDir = path.join(process.env['HEADWATER_HOME'] ?? `${ROOT}/.headwater`, 'tools')
  const missing = missingForKafka(toolsDir)
  project.provide('missingServices', missing.length === 0 ? {} : { kafka: missing.join(' ') })
  if (missing.length > 0) {
    console.log(`Tests on Kafka are skipped: ${missing.join(' ')}`)
    project.provide('kafkaLib', '')
    project.provide('kafkaBrokers', [])
    return
  }
  const spawnChild = spawnIn(runFolder)
  const lib = await fetchKafka({ toolsDir, logsDir: runFolder, spawnChild, say: console.log })
  const dataDir = path.join(runFolder, 'kafka')
  const { brokers } = await startKafkaCluster({
    lib,
    nodes: await kafkaNodes(dataDir, { brokers: 1, firstPort: 19_592 }),
    dataDir,
    logsDir: runFolder,
    spawnChild,
  })
  project.provide('kafkaLib', lib)
  project.provide('kafkaBrokers', brokers)
}
