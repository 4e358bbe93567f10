import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { guardedSockets } from '../../../../origin/adapters/kafka/guarded-sockets.ts'
import { KAFKA_REBALANCE_MS, KAFKA_REQUEST_DEADLINE_MS } from '../../../../shared/limits.ts'

const [METADATA, JOIN_GROUP] = [3, 11]

function request(id: number, kind = METADATA): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeInt32BE(8)
  bytes.writeInt16BE(kind, 4)
  bytes.writeInt32BE(id, 8)
  return bytes
}

function answer(id: number, text: string): Buffer {
  const head = Buffer.alloc(8)
  head.writeInt32BE(4 + text.length)
  head.writeInt32BE(id, 4)
  return Buffer.concat([head, Buffer.from(text)])
}

/** A client that has asked as 1, 2 and 3, and its broker, with nothing answered yet. */
async function conversation(kind = METADATA) {
  let nowMs = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const met = once(server, 'connection') as Promise<[Socket]>
  const { promise: connected, resolve: onConnect } = Promise.withResolvers<void>()
  const client = guardedSockets({ now: () => nowMs })({
    host: '127.0.0.1',
    port,
    ssl: undefined as never,
    onConnect,
  })
  const seen: Buffer[] = []
  let error = ''
  client.on('data', (bytes: Buffer) => {
    if (bytes.includes('throw')) throw new Error('as a decoder does')
    seen.push(bytes)
  })
  client.on('error', ({ message }: Error) => (error = message))
  const closed = new Promise((resolve) => client.once('close', resolve))
  await connected
  for (const id of [1, 2, 3]) client.write(request(id, kind))
  const [broker] = await met
  broker.setNoDelay(true)

  return {
    client,
    pass: (ms: number) => void (nowMs += ms),
    /** What reached the client of these bytes, sent one after the other, and how its connection ended. */
    heard: async (...parts: readonly Buffer[]) => {
      for (const part of parts) await new Promise((sent) => broker.write(part, sent))
      broker.end()
      await closed
      return { bytes: Buffer.concat(seen).toString('hex'), error }
    },
  }
}

const NOTHING = { bytes: '', error: '' }
const STRANGE = { bytes: '', error: 'an answer that is none of a broker' }

it('gives whole answers, however they are cut', async () => {
  const all = Buffer.concat([answer(1, 'an answer'), answer(2, ''), answer(3, 'another one')])
  const cuts = Array.from({ length: all.length }, (_, at) => all.subarray(at, at + 1))
  const [one, other] = [await conversation(), await conversation()]

  expect(await one.heard(all)).toEqual({ bytes: all.toString('hex'), error: '' })
  expect(await other.heard(...cuts)).toEqual({ bytes: all.toString('hex'), error: '' })
})

it('gives nothing of an answer whose rest does not come', async () => {
  for (const bytes of [2, 5, 8, 12]) {
    const { heard } = await conversation()
    expect(await heard(answer(1, 'an answer').subarray(0, bytes))).toEqual(NOTHING)
  }
})

it.each([
  ['a size below zero', Buffer.from('ff000000', 'hex')],
  ['a size that no answer has', Buffer.from('7f000000', 'hex')],
  ['an answer to nothing', Buffer.from('00000000', 'hex')],
  ['an answer to what was not asked', answer(4, 'an answer').subarray(0, 8)],
  ['the same answer again', answer(1, 'an answer')],
])('ends a connection that says %s', async (_, bytes) => {
  const { heard } = await conversation()

  expect(await heard(Buffer.concat([answer(1, 'an answer'), bytes]))).toEqual(STRANGE)
})

it('ends a connection whose answer cannot be read, and not the process', async () => {
  const { heard } = await conversation()

  expect((await heard(answer(1, 'throw'))).error).toBe('as a decoder does')
})

it.each([
  ['a broker says nothing', METADATA, KAFKA_REQUEST_DEADLINE_MS],
  ['a group does not gather', JOIN_GROUP, KAFKA_REQUEST_DEADLINE_MS + KAFKA_REBALANCE_MS],
])('ends a connection where %s for too long, when it is used next', async (_, kind, ms) => {
  const { client, pass } = await conversation(kind)
  pass(ms)
  client.write(request(4))
  expect(client.destroyed).toBe(false)

  pass(1)
  client.write(request(5))
  expect(client.destroyed).toBe(true)
})
