import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import type { Child, SpawnChild } from '../local/children.ts'
import { isGone } from '../local/process-identity.ts'
import { propertiesOf, type KafkaNode } from './kafka-properties.ts'

const READY_DEADLINE_MS = 60_000
/** Of brokers that stop together, the last one waits for a quorum that is gone. */
const STOP_GRACE_MS = 8_000

export interface KafkaClusterOptions {
  readonly lib: string
  readonly nodes: readonly KafkaNode[]
  /** Keeps the cluster's id; a second start finds everything as it was. */
  readonly dataDir: string
  readonly logsDir: string
  readonly spawnChild: SpawnChild
}

export interface KafkaCluster {
  readonly clusterId: string
  readonly brokers: readonly string[]
  readonly children: readonly Child[]
  /** Starts a node again that was ended, on its ports and data. */
  restart(node: KafkaNode): Child
}

/** Real brokers on loopback, formatted the first time. Resolves when they know each other. */
export async function startKafkaCluster(options: KafkaClusterOptions): Promise<KafkaCluster> {
  const { nodes, dataDir } = options
  await mkdir(dataDir, { recursive: true })
  const clusterId = await clusterIdIn(dataDir)
  await Promise.all(nodes.map((node) => prepare(node, clusterId, options)))
  const restart = (node: KafkaNode) => startNode(node, options)
  const children = nodes.map(restart)
  const brokers = nodes.map(({ brokerPort }) => `127.0.0.1:${brokerPort}`)
  const [first] = children
  if (first === undefined) throw new TypeError('a cluster without nodes')
  await first.ready(async () => {
    const ended = children.find((child) => child.hasEnded())
    // Its own words are shown by its own `ready`.
    if (ended !== undefined) await ended.ready(() => false, 0)
    return (await brokersSeen(brokers)) === nodes.length
  }, READY_DEADLINE_MS)
  return { clusterId, brokers, children, restart }
}

/** How many brokers a cluster says it has; 0 when nobody answers. An open port is not yet a broker. */
export async function brokersSeen(brokers: readonly string[]): Promise<number> {
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 500,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    return (await admin.describeCluster()).brokers.length
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('KafkaJS')) return 0
    throw error
  } finally {
    await admin.disconnect()
  }
}

const JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.state.change.logger=off',
]

function java(main: string, { lib }: KafkaClusterOptions): readonly string[] {
  return ['-Xms64m', '-Xmx512m', ...JVM, ...LOGGING, '-cp', path.join(lib, '*'), main]
}

const configOf = (node: KafkaNode, { dataDir }: KafkaClusterOptions): string =>
  path.join(dataDir, `server-${node.id}.properties`)

async function prepare(
  node: KafkaNode,
  clusterId: string,
  options: KafkaClusterOptions,
): Promise<void> {
  const config = configOf(node, options)
  await writeFile(config, propertiesOf(node, options.nodes))
  if (existsSync(path.join(node.dataDir, 'meta.properties'))) return
  const logFile = path.join(options.logsDir, `kafka-format-${node.id}.log`)
  const child = options.spawnChild({
    name: `kafka format ${node.id}`,
    command: 'java',
    args: [...java('kafka.tools.StorageTool', options), 'format', '-t', clusterId, '-c', config],
    env: process.env,
    logFile,
    isTask: true,
  })
  const how = await child.ended
  if (how !== 'exit code 0')
    throw new Error(`Kafka could not be formatted (${how}): see ${logFile}`)
}

const startNode = (node: KafkaNode, options: KafkaClusterOptions): Child =>
  options.spawnChild({
    name: `kafka ${node.id}`,
    command: 'java',
    args: [...java('kafka.Kafka', options), configOf(node, options)],
    env: process.env,
    logFile: path.join(options.logsDir, `kafka-${node.id}.log`),
    stopGraceMs: STOP_GRACE_MS,
  })

/** One id for all nodes, made once: a node of another id is turned away by the others. */
async function clusterIdIn(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'cluster-id')
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (!isGone(error)) throw error
  }
  // A leading dash would be read as an option.
  const id = `H${randomBytes(16).toString('base64url').slice(1)}`
  await writeFile(file, id)
  return id
}
