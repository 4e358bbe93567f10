import { createAdaptorServer } from '@hono/node-server'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  HEADERS_DEADLINE_MS,
  KEEP_ALIVE_MS,
  REQUEST_DEADLINE_MS,
  SHUTDOWN_GRACE_MS,
} from '../../shared/limits.ts'

export interface Listening extends AsyncDisposable {
  readonly url: string
}

/** Port 0 is any free one. Closing lets answers under way end, for a bounded time. */
export async function serve(
  fetch: (request: Request) => Response | Promise<Response>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: (request) => fetch(request),
    serverOptions: {
      requestTimeout: REQUEST_DEADLINE_MS,
      headersTimeout: HEADERS_DEADLINE_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
  }) as Server
  server.listen(port, host)
  await once(server, 'listening')
  const { address, family, port: bound } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      const cut = setTimeout(() => server.closeAllConnections(), SHUTDOWN_GRACE_MS)
      await closed
      clearTimeout(cut)
    },
  }
}
