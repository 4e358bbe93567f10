/** One node of a Kafka cluster; every node is broker and controller. */
export interface KafkaNode {
  readonly id: number
  readonly brokerPort: number
  readonly controllerPort: number
  readonly dataDir: string
  /** Another listener, whose clients are told to come by another port: where somebody stands between. */
  readonly linked?: { readonly port: number; readonly advertisedPort: number }
}

/** The server.properties of one node. Loopback only, and as small as a test's broker may be. */
export function propertiesOf(node: KafkaNode, nodes: readonly KafkaNode[]): string {
  const voters = nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`)
  const replicas = Math.min(3, nodes.length)
  const inSync = Math.max(1, replicas - 1)
  const own = `PLAINTEXT://127.0.0.1:${node.brokerPort}`
  const { linked } = node
  const listen = linked && `LINKED://127.0.0.1:${linked.port}`
  const advertise = linked && `LINKED://127.0.0.1:${linked.advertisedPort}`
  return lines({
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    // Never localhost: Node may try ::1 first, where nobody listens.
    listeners: list(own, listen, `CONTROLLER://127.0.0.1:${node.controllerPort}`),
    'advertised.listeners': list(own, advertise),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,LINKED:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': node.dataDir,
    // A topic that nobody made has the wrong number of partitions.
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'group.initial.rebalance.delay.ms': 0,
    // Tests of takeovers use short sessions.
    'group.min.session.timeout.ms': 500,
    // By default a broker that was killed waits nine seconds for its own old registration to end.
    'broker.session.timeout.ms': 2_000,
    'broker.heartbeat.interval.ms': 400,
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'num.network.threads': 2,
    'num.io.threads': 4,
  })
}

const list = (...names: readonly (string | undefined)[]): string => names.filter(Boolean).join(',')

const lines = (settings: Readonly<Record<string, string | number>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
