import { createMiddleware } from 'hono/factory'
import { AppError } from '../../shared/errors.ts'
import { REFUSED_BODY_BYTES_MAX } from '../../shared/limits.ts'
import type { OriginEnv } from './context.ts'

/**
 * A body is JSON, of a bounded size, or it is refused. It is read to its end either way, since a client
 * that is still sending may never see the answer; one that does not end is cut off.
 */
export const jsonBodies = (bytesMax: number) =>
  createMiddleware<OriginEnv>(async (c, next) => {
    // Looked at first: where there is none, asking for it would still make a whole Request of the raw one.
    if (!hasBody(c.req.raw)) return next()
    const { body } = c.req.raw
    if (body === null) return next()
    const { chunks, isTooLarge, isCutOff } = await readBody(body, bytesMax)
    if (isCutOff) c.header('connection', 'close')
    if (isTooLarge) throw new AppError('BODY_TOO_LARGE', `more than ${bytesMax} bytes`)
    if (!/^application\/json *(;|$)/i.test(c.req.header('content-type') ?? '')) {
      throw new AppError('CONTENT_TYPE_UNSUPPORTED', 'not application/json')
    }
    const { url, method, headers } = c.req.raw
    c.req.raw = new Request(url, { method, headers, body: new Blob([...chunks]) })
    return next()
  })

const hasBody = ({ headers }: Request): boolean =>
  headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0'

interface Body {
  readonly chunks: readonly Uint8Array<ArrayBuffer>[]
  readonly isTooLarge: boolean
  readonly isCutOff: boolean
}

async function readBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  bytesMax: number,
): Promise<Body> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > REFUSED_BODY_BYTES_MAX) return { chunks: [], isTooLarge: true, isCutOff: true }
    if (bytes <= bytesMax) chunks.push(chunk)
  }
  return { chunks, isTooLarge: bytes > bytesMax, isCutOff: false }
}
