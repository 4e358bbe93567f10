import { Redis } from 'ioredis'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StaticAnswer } from './static-answer.ts'

/** Started by fork with an answer: gives it to everyone, as little as `node:http` can do. */
process.on('message', ({ headers: own, body, redisUrl }: StaticAnswer) => {
  const bytes = Buffer.from(body)
  const headers = { ...own, 'content-length': bytes.length }
  const redis = redisUrl === undefined ? undefined : new Redis(redisUrl)
  const server = createServer((_, response) => {
    const answer = () => void response.writeHead(200, headers).end(bytes)
    if (redis === undefined) answer()
    else void redis.get('nothing').then(answer)
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
})
