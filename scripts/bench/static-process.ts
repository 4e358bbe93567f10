import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Started by fork with a body: answers it to everyone, as little as `node:http` can do. */
process.on('message', (body: string) => {
  const bytes = Buffer.from(body)
  const headers = { 'content-type': 'application/json', 'content-length': bytes.length }
  const server = createServer((_, response) => {
    response.writeHead(200, headers).end(bytes)
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
})
