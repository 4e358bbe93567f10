import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export interface Recorder extends AsyncDisposable {
  readonly url: string
  /** The bodies since the last call, in order. */
  take(): readonly string[]
}

/** Stands before the gateway and writes down what it is sent. Used before anything is timed. */
export async function recorder(gatewayUrl: string): Promise<Recorder> {
  let bodies: string[] = []
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
    bodies.push(body)
    const answer = await fetch(gatewayUrl + (request.url ?? '/'), {
      method: request.method ?? 'POST',
      headers: {
        authorization: request.headers.authorization ?? '',
        'content-type': 'application/json',
      },
      body,
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(await answer.text())
  }

  const server = createServer((request, response) => {
    // Whoever waits for the answer sees the connection end.
    pass(request, response).catch((error: Error) => response.destroy(error))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = bodies
      bodies = []
      return taken
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
