import type { Next } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { IncomingMessage } from 'node:http'
import { AppError } from '../../shared/errors.ts'
import { REFUSED_BODY_BYTES_MAX } from '../../shared/limits.ts'
import { setHeader } from './answer.ts'
import type { OriginContext, OriginEnv } from './context.ts'

/**
 * A body is JSON, of a bounded size, or it is refused. It is read to its end either way, since a client
 * that is still sending may never see the answer; one that does not end is cut off.
 */
export const jsonBodies = (bytesMax: number) =>
  createMiddleware<OriginEnv>((c, next) =>
    // Looked at first: where there is none, asking for it would still make a whole Request of the raw one.
    hasBody(c.req.raw) ? takeJson(c, next, bytesMax) : next(),
  )

async function takeJson(c: OriginContext, next: Next, bytesMax: number): Promise<void> {
  const { chunks, isTooLarge, isCutOff } = await bodyOf(c.req.raw, c.env?.incoming, bytesMax)
  if (isCutOff) setHeader(c, 'connection', 'close')
  if (isTooLarge) throw new AppError('BODY_TOO_LARGE', `more than ${bytesMax} bytes`)
  if (!/^application\/json *(;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw new AppError('CONTENT_TYPE_UNSUPPORTED', 'not application/json')
  }
  // Where validation looks first. Another Request around the same bytes costs as much as the whole answer.
  const text = Promise.resolve(decoder.decode(Buffer.concat(chunks)))
  // Its type says a string; what reads it awaits one.
  Object.assign(c.req.bodyCache, { text })
  return next()
}

const decoder = new TextDecoder()

/** That of a GET has no meaning, and nobody reads it. */
const hasBody = ({ method, headers }: Request): boolean =>
  method !== 'GET' &&
  method !== 'HEAD' &&
  (headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0')

interface Body {
  readonly chunks: readonly Uint8Array[]
  readonly isTooLarge: boolean
  readonly isCutOff: boolean
}

/** Takes chunks until it says that it has seen enough. */
function bodyReader(bytesMax: number): { take(chunk: Uint8Array): boolean; body(): Body } {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const isCutOff = () => bytes > REFUSED_BODY_BYTES_MAX
  return {
    take(chunk) {
      bytes += chunk.byteLength
      if (bytes <= bytesMax) chunks.push(chunk)
      return isCutOff()
    },
    body: () => ({
      chunks: bytes > bytesMax ? [] : chunks,
      isTooLarge: bytes > bytesMax,
      isCutOff: isCutOff(),
    }),
  }
}

/** From Node's own stream where there is one: a web stream around it costs more than the parsing. */
async function bodyOf(
  request: Request,
  incoming: IncomingMessage | undefined,
  bytesMax: number,
): Promise<Body> {
  const reader = bodyReader(bytesMax)
  if (incoming !== undefined) await readIncoming(incoming, (chunk) => reader.take(chunk))
  else if (request.body !== null) {
    for await (const chunk of request.body) if (reader.take(chunk)) break
  }
  return reader.body()
}

function readIncoming(
  incoming: IncomingMessage,
  take: (chunk: Uint8Array) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      if (!take(chunk)) return
      incoming.off('data', onData)
      incoming.pause()
      resolve()
    }
    incoming.on('data', onData)
    incoming.once('end', resolve)
    incoming.once('error', (cause) => reject(new AppError('BODY_MALFORMED', 'cut', { cause })))
  })
}
