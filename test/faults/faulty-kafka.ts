import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { SpawnChild } from '../../scripts/local/children.ts'
import { prepareTopics, type EventLogEnv } from '../../scripts/local/event-log.ts'
import { freePort } from '../../scripts/local/ports.ts'
import { exclusively } from '../../scripts/services/exclusively.ts'
import { startKafkaCluster } from '../../scripts/services/kafka-cluster.ts'
import { kafkaNodes } from '../../scripts/services/kafka.ts'
import { faultyLink, type FaultyLink } from './faulty-link.ts'

const FIRST_PORT = 22_592
const PREFIX = 'faults'

/** Brokers that those who are tested reach over lines of ours, and those who judge do not. */
export interface FaultyKafka {
  /** Past all faults. */
  readonly brokers: readonly string[]
  readonly prefix: string
  readonly links: readonly FaultyLink[]
  /** What the origin is told. */
  readonly env: EventLogEnv
}

export interface FaultyKafkaOptions {
  readonly lib: string
  readonly brokers: number
  readonly folder: string
  readonly logsDir: string
  readonly spawnChild: SpawnChild
}

/**
 * Whoever asks a broker is sent on to addresses that it names itself. So each has a second listener, and
 * says of it that it is where our line begins.
 */
export async function faultyKafka(
  { lib, brokers: count, folder, logsDir, spawnChild }: FaultyKafkaOptions,
  open: AsyncDisposableStack,
): Promise<FaultyKafka> {
  const dataDir = path.join(folder, 'kafka')
  await mkdir(dataDir, { recursive: true })
  const keep: SpawnChild = (options) => {
    const child = spawnChild(options)
    // Nobody reads their data again, and of several that stop together the last one waits long.
    open.defer(async () => {
      if (!child.hasEnded()) process.kill(child.pid, 'SIGKILL')
      await child.ended
    })
    return child
  }
  // Two that look for a block of free ports at the same time would find the same one.
  const { brokers, links } = await exclusively(
    path.join(folder, '..', '..', 'kafka-ports'),
    async () => {
      const nodes = await Promise.all(
        (await kafkaNodes(dataDir, { brokers: count, firstPort: FIRST_PORT })).map(async (node) => {
          const port = await freePort()
          const link = open.use(await faultyLink({ to: () => port }))
          return { ...node, linked: { port, advertisedPort: link.port }, link }
        }),
      )
      const options = { lib, nodes, dataDir, logsDir, spawnChild: keep }
      const started = await startKafkaCluster(options)
      return { brokers: started.brokers, links: nodes.map(({ link }) => link) }
    },
  )
  await prepareTopics(brokers, PREFIX)
  const env = {
    LOG: 'kafka',
    KAFKA_BROKERS: links.map(({ port }) => `127.0.0.1:${port}`).join(','),
    KAFKA_TOPIC_PREFIX: PREFIX,
  }
  return { brokers, prefix: PREFIX, links, env }
}
