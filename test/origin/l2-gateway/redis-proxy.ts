import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** Between the gateway and Redis: hears what is sent, and cuts, divides or forges what comes back. */
export interface RedisProxy extends AsyncDisposable {
  readonly url: URL
  /** All that the gateway has sent, over all connections. */
  sent(): string
  connections(): number
  /** Sees each chunk from Redis; sends what it likes to the gateway. */
  reply: (chunk: Buffer, gateway: Socket) => void
}

export async function redisProxy(redisPort: number): Promise<RedisProxy> {
  const sockets = new Set<Socket>()
  let sent = ''
  let connections = 0

  const server = createServer((gateway) => {
    connections += 1
    const redis = connect(redisPort, '127.0.0.1')
    gateway.setNoDelay(true)
    for (const [one, other] of [[gateway, redis] as const, [redis, gateway] as const]) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    gateway.on('data', (chunk) => {
      sent += chunk.toString('latin1')
      redis.write(chunk)
    })
    redis.on('data', (chunk) => proxy.reply(chunk, gateway))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  const proxy: RedisProxy = {
    url: new URL(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`),
    sent: () => sent,
    connections: () => connections,
    reply: (chunk, gateway) => void gateway.write(chunk),
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
  return proxy
}
