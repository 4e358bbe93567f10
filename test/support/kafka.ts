import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { ISocketFactory } from 'kafkajs'
import { beforeEach, inject, onTestFinished } from 'vitest'
import { kafkaClient } from '../../origin/adapters/kafka/client.ts'
import { makeTopics, topicsOf, type Topics } from '../../origin/adapters/kafka/topics.ts'

/** Skips the tests of a file, with the reason, where a server cannot be had. */
export function needs(service: string): void {
  beforeEach(({ skip }) => {
    const reason = inject('missingServices')[service]
    if (reason !== undefined) skip(reason)
  })
}

/** Topics of its own on the run's one broker. */
export async function freshTopics(
  brokers: readonly string[] = inject('kafkaBrokers'),
): Promise<Topics> {
  const topics = topicsOf(`test-${randomUUID()}`)
  await makeTopics(await anAdmin(brokers), topics)
  return topics
}

export async function anAdmin(brokers: readonly string[] = inject('kafkaBrokers')) {
  const admin = kafkaClient({ brokers, clientId: 'test-admin' }).admin()
  onTestFinished(() => admin.disconnect())
  await admin.connect()
  return admin
}

export interface Cuttable {
  readonly socketFactory: ISocketFactory
  /** From now on nothing is reached, and nobody is told: the network's side of kill -9. */
  cut(): void
}

/** Connections of one process that can be cut for good. */
export function cuttableSockets(): Cuttable {
  const open = new Set<Socket>()
  let isCut = false
  return {
    socketFactory({ host, port, onConnect }) {
      // A port where nobody listens: refused at once, as after the end of a machine's network.
      const socket = connect(
        { host: isCut ? '127.0.0.1' : host, port: isCut ? 1 : port },
        onConnect,
      )
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      return socket
    },
    cut() {
      isCut = true
      for (const socket of open) socket.destroy()
    },
  }
}
