import { getRequestListener } from '@hono/node-server'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net'
import {
  HEADERS_DEADLINE_MS,
  KEEP_ALIVE_MS,
  REQUEST_DEADLINE_MS,
  SHUTDOWN_GRACE_MS,
} from '../../shared/limits.ts'
import { shedLoad, type ShedLoadDeps } from './shed-load.ts'

export interface Listening extends AsyncDisposable {
  readonly url: string
  /**
   * Goes on to answer, and asks with each answer to connect anew, so that no request meets a connection
   * that is being closed. Resolves when nobody is connected any more, or after the time.
   */
  drain(options: Draining): Promise<void>
}

export interface Draining {
  readonly forMs: number
  /** False where others listen at the same port: new connections are theirs. */
  readonly isAccepting: boolean
}

export interface ServeOptions {
  readonly host: string
  readonly port: number
  /** For answers under way at the end. */
  readonly graceMs?: number
  /** Sends requests away before anything is made of them. Absent: all are taken on. */
  readonly shed?: ShedLoadDeps
}

/** Port 0 is any free one. Closing lets answers under way end, for a bounded time. */
export async function serve(
  fetch: (
    request: Request,
    env: { readonly incoming: IncomingMessage },
  ) => Response | Promise<Response>,
  { host, port, graceMs = SHUTDOWN_GRACE_MS, shed }: ServeOptions,
): Promise<Listening> {
  // The other kind of server is not asked for.
  const handle = getRequestListener((request, { incoming }) =>
    fetch(request, { incoming: incoming as IncomingMessage }),
  )
  // It answers by itself whatever goes wrong.
  const listener = (...[request, response]: Parameters<typeof handle>) =>
    void handle(request, response)
  const server = createServer(
    {
      requestTimeout: REQUEST_DEADLINE_MS,
      headersTimeout: HEADERS_DEADLINE_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    shed === undefined ? listener : shedLoad(shed, listener),
  )
  const drained = draining(server)
  server.listen(port, host)
  await once(server, 'listening')
  const { address, family, port: bound } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    drain: drained,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      const cut = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(cut)
    },
  }
}

function draining(server: Server): Listening['drain'] {
  const connections = new Set<Socket>()
  let isDraining = false
  let whenEmpty = () => {}
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => {
      connections.delete(socket)
      if (connections.size === 0) whenEmpty()
    })
  })
  server.prependListener('request', (_, response) => {
    if (isDraining) response.shouldKeepAlive = false
  })

  return async ({ forMs, isAccepting }) => {
    isDraining = true
    // Not the server's own: that closes idle connections, and somebody may be sending over one right now.
    if (!isAccepting) NetServer.prototype.close.call(server)
    if (!isAccepting && connections.size === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, forMs)
      if (isAccepting) return
      whenEmpty = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
