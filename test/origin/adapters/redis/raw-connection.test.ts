import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rawConnection } from '../../../../origin/adapters/redis/raw-connection.ts'

const DEADLINE_MS = 200

/** Answers the greeting, and then what `answers` does. */
async function aServer(answers: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    // Whoever is given up hears of it so.
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write('+OK\r\n')
      socket.on('data', () => answers(socket))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const connect = async (url: string) => {
  const connection = await rawConnection({
    url,
    name: 'test',
    connectTimeoutMs: 2_000,
    deadlineMs: DEADLINE_MS,
  })
  onTestFinished(() => connection.close())
  return connection
}

/** This process does nothing else for so long, as on a machine that is too busy. */
function standStill(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

describe('a connection of a session', () => {
  it('takes an answer that came while the process stood still', async () => {
    // The server is in this process too: its answer is on the wire, and then everything stands still.
    const url = await aServer((socket) => {
      socket.write('+PONG\r\n')
      standStill(2 * DEADLINE_MS)
    })
    const connection = await connect(url)

    expect(await connection.send([['PING', '']])).toEqual(['PONG'])
  })

  it('is given up when no answer comes', async () => {
    const connection = await connect(await aServer(() => undefined))

    await expect(connection.send([['PING', '']])).rejects.toThrow('the session is lost')
    await expect(connection.send([['PING', '']])).rejects.toThrow('the session is lost')
  })
})
