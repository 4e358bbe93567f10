import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

/** The whole body as text. Keys are bytes to Redis, so what is not UTF-8 is refused rather than mended. */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const tooLarge = (): void =>
    reject(new Refusal(413, `ERR a request holds at most ${bytesMax} bytes`))
  const chunks: Buffer[] = []
  let bytes = 0

  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > bytesMax) tooLarge()
    else chunks.push(chunk)
  })
  request.on('end', () => {
    const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
    if (isUtf8(body)) resolve(body.toString('utf8'))
    else reject(new Refusal(400, 'ERR the request is not UTF-8'))
  })
  request.on('close', () => {
    if (!request.complete) reject(new Refusal(400, 'ERR the request ended early'))
  })
  return promise
}
