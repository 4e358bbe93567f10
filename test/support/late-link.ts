import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A line to a port of this machine on which whatever the far end says arrives late, in order. */
export interface LateLink extends AsyncDisposable {
  readonly port: number
  /** From the next bytes on. */
  setDelay(ms: number): void
  /** Ends all connections and refuses new ones, until `heal`. */
  cut(): void
  heal(): void
  /** Keeps all connections, and lets nothing through in either direction, until `heal`. */
  hang(): void
}

export async function lateLink(toPort: number, firstDelayMs = 0): Promise<LateLink> {
  const sockets = new Set<Socket>()
  let delayMs = firstDelayMs
  let isCut = false
  let isHung = false

  const server = createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const far = connect(toPort, '127.0.0.1')
    near.setNoDelay(true)
    far.setNoDelay(true)
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(one)
      // Its end follows, and ends the other side.
      one.on('error', () => one.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    near.on('data', (chunk) => {
      if (!isHung) far.write(chunk)
    })
    let lastAt = 0
    far.on('data', (chunk) => {
      if (isHung) return
      if (delayMs === 0 && lastAt <= performance.now()) {
        near.write(chunk)
        return
      }
      lastAt = Math.max(lastAt, performance.now() + delayMs)
      setTimeout(() => near.destroyed || near.write(chunk), lastAt - performance.now())
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endAll = () => {
    for (const socket of sockets) socket.destroy()
  }

  return {
    port: (server.address() as AddressInfo).port,
    setDelay(ms) {
      delayMs = ms
    },
    cut() {
      isCut = true
      endAll()
    },
    heal() {
      // What was swallowed meanwhile would be missing in the middle of a stream.
      if (isHung) endAll()
      isCut = false
      isHung = false
    },
    hang() {
      isHung = true
    },
    async [Symbol.asyncDispose]() {
      server.close()
      endAll()
      await once(server, 'close')
    },
  }
}
