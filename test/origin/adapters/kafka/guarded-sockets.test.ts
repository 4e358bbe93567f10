import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type { Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { guardedSockets } from '../../../../origin/adapters/kafka/guarded-sockets.ts'

/** What reaches a client of these bytes, sent one after the other, and how its connection ends. */
async function heard(...parts: readonly Buffer[]): Promise<{ bytes: string; error: string }> {
  const answer = async (socket: Socket) => {
    socket.on('error', () => undefined).setNoDelay(true)
    for (const part of parts) await new Promise((sent) => socket.write(part, sent))
    socket.end()
  }
  const server = createServer((socket) => void answer(socket)).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = guardedSockets()({
    host: '127.0.0.1',
    port,
    ssl: undefined as never,
    onConnect: () => undefined,
  })
  const seen: Buffer[] = []
  let error = ''
  socket.on('data', (bytes: Buffer) => {
    if (bytes.includes('throw')) throw new Error('as a decoder does')
    seen.push(bytes)
  })
  socket.on('error', ({ message }: Error) => (error = message))
  await new Promise((closed) => socket.once('close', closed))
  return { bytes: Buffer.concat(seen).toString('hex'), error }
}

const framed = (text: string): Buffer => {
  const size = Buffer.alloc(4)
  size.writeInt32BE(text.length)
  return Buffer.concat([size, Buffer.from(text)])
}

it('lets the answers of a broker through, however they are cut', async () => {
  const whole = Buffer.concat([framed('an answer'), framed('another one')])
  const cuts = Array.from({ length: whole.length }, (_, at) => whole.subarray(at, at + 1))

  expect(await heard(whole)).toEqual({ bytes: whole.toString('hex'), error: '' })
  expect(await heard(...cuts)).toEqual({ bytes: whole.toString('hex'), error: '' })
})

it.each([
  ['a size below zero', Buffer.from('ff000000', 'hex')],
  ['a size that no answer has', Buffer.from('7f000000', 'hex')],
  ['an answer to nothing', Buffer.from('00000000', 'hex')],
])('ends a connection that says %s', async (_, bytes) => {
  const { error, bytes: passed } = await heard(Buffer.concat([framed('an answer'), bytes]))

  expect([error, passed]).toEqual(['an answer that is none of a broker', ''])
})

it('ends a connection whose answer cannot be read, and not the process', async () => {
  expect((await heard(framed('throw'))).error).toBe('as a decoder does')
})
