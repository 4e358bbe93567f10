import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StaticAnswer } from './static-answer.ts'

/** Started by fork with an answer: gives it to everyone, as little as `node:http` can do. */
process.on('message', ({ headers: own, body }: StaticAnswer) => {
  const bytes = Buffer.from(body)
  const headers = { ...own, 'content-length': bytes.length }
  const server = createServer((_, response) => {
    response.writeHead(200, headers).end(bytes)
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
})
