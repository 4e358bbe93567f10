import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Gate {
  readonly url: string
  /** What is sent, either way, goes nowhere from now on. */
  hang(): void
  /** Cuts every connection, and refuses new ones. */
  shut(): Promise<void>
  open(): Promise<void>
}

/** Stands before Postgres, and can be closed as a network or a server can be gone. */
export async function gateTo(databaseUrl: string): Promise<Gate> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let isHanging = false

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    const pair = [client, upstream] as const
    for (const socket of pair) {
      sockets.add(socket)
      // The other end sees the connection close; which error closed it does not matter to it.
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        for (const either of pair) either.destroy()
      })
    }
    client.on('data', (data) => isHanging || upstream.write(data))
    upstream.on('data', (data) => isHanging || client.write(data))
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0)
  const through = new URL(databaseUrl)
  through.hostname = '127.0.0.1'
  through.port = String(port)

  return {
    url: through.href,
    hang() {
      isHanging = true
    },
    async shut() {
      isHanging = false
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
    async open() {
      await listen(port)
    },
  }
}
