import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** What a line can do to those who talk over it. */
export type LinkMode =
  /** Lets everything through. */
  | { readonly is: 'open' }
  /** Nobody listens: connections are refused, those that were there are reset. */
  | { readonly is: 'refuse' }
  /** Takes connections and bytes, and says nothing. */
  | { readonly is: 'black-hole' }
  /** Every answer comes this much later, in order. */
  | { readonly is: 'slow'; readonly delayMs: number }
  /** Half of an answer, and then the connection is reset. */
  | { readonly is: 'reset' }
  /** Answers of the right length that mean nothing. */
  | { readonly is: 'garbage' }

export interface Traffic {
  readonly connections: number
  readonly bytesThere: number
  readonly bytesBack: number
  /** Connections and answers that a fault befell: none means that nobody met it. */
  readonly faults: number
}

/** A line of ours between a process and something that it needs, on loopback. */
export interface FaultyLink extends AsyncDisposable {
  readonly port: number
  /** From now on, for the connections that are there too. */
  become(mode: LinkMode): Promise<void>
  traffic(): Traffic
}

/** Outside of the range from which systems take the ports of clients: a closed one is still free later. */
const PORTS = { first: 12_000, count: 18_000 }
const LISTEN_ATTEMPTS_MAX = 200

export interface LinkOptions {
  /** The port at the far end, asked for each connection. */
  readonly to: () => number
  /** For the bytes of garbage: a run with the same one says the same. */
  readonly random?: () => number
}

export async function faultyLink({ to, random = Math.random }: LinkOptions): Promise<FaultyLink> {
  const pairs = new Set<Pair>()
  const count = { connections: 0, bytesThere: 0, bytesBack: 0, faults: 0 }
  let mode: LinkMode = { is: 'open' }

  const server = createServer((near) => {
    count.connections += 1
    if (mode.is === 'black-hole') count.faults += 1
    const far = connect(to(), '127.0.0.1')
    const pair: Pair = { near, far, isBroken: false }
    pairs.add(pair)
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      one.setNoDelay(true)
      // Its end follows, and ends the other side.
      one.on('error', () => one.destroy())
      one.on('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
    }
    near.on('data', (bytes) => {
      count.bytesThere += bytes.length
      if (mode.is === 'black-hole') swallow(pair)
      else far.write(bytes)
    })
    let lastAt = 0
    far.on('data', (bytes) => {
      count.bytesBack += bytes.length
      lastAt = answer(pair, bytes, lastAt)
    })
  })

  /** When the last bytes of this connection arrive at the near end. */
  function answer(pair: Pair, bytes: Buffer, lastAt: number): number {
    const { near } = pair
    const delayMs = mode.is === 'slow' ? mode.delayMs : 0
    if (mode.is !== 'open') count.faults += 1
    switch (mode.is) {
      case 'open':
      case 'slow':
        break
      case 'refuse':
      case 'black-hole':
        swallow(pair)
        return lastAt
      case 'reset':
        near.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => near.resetAndDestroy())
        return lastAt
      case 'garbage':
        pair.isBroken = true
        near.write(Buffer.from(bytes.map(() => Math.floor(random() * 256))))
        return lastAt
    }
    const nowMs = performance.now()
    const at = Math.max(lastAt, nowMs + delayMs)
    if (at <= nowMs) near.write(bytes)
    else setTimeout(() => near.destroyed || near.write(bytes), at - nowMs)
    return at
  }

  const swallow = (pair: Pair) => {
    pair.isBroken = true
    count.faults += 1
  }

  const port = await listenSomewhere(server)
  return {
    port,
    traffic: () => ({ ...count }),
    async become(next) {
      const before = mode
      mode = next
      // Streams with a hole or with garbage in them cannot go on.
      for (const pair of pairs) if (pair.isBroken) pair.near.destroy()
      if (next.is === 'refuse' && before.is !== 'refuse') {
        server.close()
        count.faults += pairs.size
        for (const { near } of pairs) near.resetAndDestroy()
        await once(server, 'close')
      }
      if (before.is === 'refuse' && next.is !== 'refuse') await listen(server, port)
    },
    async [Symbol.asyncDispose]() {
      for (const { near } of pairs) near.destroy()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
  isBroken: boolean
}

async function listenSomewhere(server: Server): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count)
    try {
      await listen(server, port)
      return port
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!isTaken || attempt >= LISTEN_ATTEMPTS_MAX) throw error
    }
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen({ port, host: '127.0.0.1', exclusive: true })
  await once(server, 'listening')
}
