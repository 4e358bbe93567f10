import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { AppError } from '../../shared/errors.ts'
import { encodeCommands } from './resp-request.ts'
import { jsonReplies } from './json-replies.ts'
import { Refusal } from './refusal.ts'
import { readBody } from './request-body.ts'
import {
  runPipeline,
  runSingle,
  runTransaction,
  type Answer,
  type Run,
  type RunDeps,
} from './run-commands.ts'
import { unsentBytes } from './unsent-bytes.ts'

export interface ServerLimits {
  readonly bodyBytesMax: number
  readonly unsentBytesMax: number
  readonly clientsMax: number
  readonly clientStallMs: number
  readonly keepAliveMs: number
}

export interface ServerDeps extends RunDeps {
  readonly limits: ServerLimits
  readonly mayRead: (authorization: string | undefined) => boolean
  /** While true, each answer ends its connection. */
  readonly draining: () => boolean
  /** A request failed by our own fault. */
  readonly broke: (error: unknown) => void
}

const RUNS: ReadonlyMap<string, Run> = new Map([
  ['/', runSingle],
  ['/pipeline', runPipeline],
  ['/multi-exec', runTransaction],
])

const NOT_HTTP =
  'HTTP/1.1 400 Bad Request\r\ncache-control: no-store\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'

export function gatewayServer(deps: ServerDeps): Server {
  const { limits } = deps

  function reply(response: ServerResponse, { status, body }: Answer): void {
    const bytes = Buffer.from(body)
    unsent.sending(response, bytes.length)
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': bytes.length,
      'cache-control': 'no-store',
      ...(status === 405 ? { allow: 'GET, HEAD, POST, PUT' } : undefined),
      // The rest of a body that is too large would be read to its end for nothing, however long it is.
      ...(status === 413 || deps.draining() ? { connection: 'close' } : undefined),
    })
    response.end(bytes)
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (unsent.total() > limits.unsentBytesMax) {
        throw new AppError('OVERLOADED', 'clients do not take their answers')
      }
      reply(response, await answerTo(request, deps))
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof AppError)) deps.broke(error)
      reply(response, failure(error))
    }
  }

  const server = createServer(
    {
      keepAlive: true,
      noDelay: true,
      keepAliveTimeout: limits.keepAliveMs,
      headersTimeout: limits.clientStallMs,
      requestTimeout: limits.clientStallMs,
    },
    (request, response) => void serve(request, response),
  )
  // Node answers these two by itself otherwise, and without a Cache-Control.
  server.on('checkExpectation', (request, response) => void serve(request, response))
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end(NOT_HTTP)
    else socket.destroy()
  })
  const unsent = unsentBytes(server)
  server.maxConnections = limits.clientsMax
  server.setTimeout(limits.clientStallMs)
  return server
}

async function answerTo(request: IncomingMessage, deps: ServerDeps): Promise<Answer> {
  const { headers, method } = request
  const path = request.url?.split('?', 1)[0] ?? ''
  if (method === 'GET' || method === 'HEAD') return look(path, deps)
  if (method !== 'POST' && method !== 'PUT') throw new Refusal(405, 'ERR the method is not allowed')
  const run = RUNS.get(path)
  if (run === undefined) throw new Refusal(404, 'ERR there is nothing at this path')
  if (!deps.mayRead(headers.authorization)) {
    throw new Refusal(401, 'WRONGPASS invalid or missing auth token')
  }
  // Proxies add a charset, in several spellings; the body is checked for UTF-8 whatever they say.
  if (!/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')) {
    throw new Refusal(400, 'Invalid content type. Expected application/json.')
  }
  if (headers['upstash-response-format'] !== undefined) {
    throw new Refusal(400, 'ERR answers are JSON only')
  }
  const body = await readBody(request, deps.limits.bodyBytesMax)
  return run(body, headers['upstash-encoding'] === 'base64', deps)
}

async function look(path: string, { redis }: RunDeps): Promise<Answer> {
  switch (path) {
    case '/':
      return { status: 200, body: '{"result":"Headwater /l2"}' }
    case '/healthz':
      return { status: 200, body: '{"status":"ok"}' }
    case '/readyz': {
      const replies = jsonReplies({ base64: false, bytesMax: 65_536 })
      const asked = redis.send(encodeCommands([['ping']]), 1, replies)
      const ready = await asked.then(
        () => !replies.failed(),
        () => false,
      )
      return ready
        ? { status: 200, body: '{"status":"ready"}' }
        : { status: 503, body: '{"status":"away"}' }
    }
    default:
      throw new Refusal(RUNS.has(path) ? 405 : 404, 'ERR there is nothing to get at this path')
  }
}

/** 500 whatever failed, as the protocol has it. Details stay here. */
function failure(error: unknown): Answer {
  if (error instanceof Refusal) return { status: error.status, body: errorJson(error.message) }
  if (error instanceof AppError) return { status: 500, body: errorJson(`ERR ${error.spec.title}`) }
  return { status: 500, body: errorJson('ERR the gateway failed') }
}

const errorJson = (message: string): string => JSON.stringify({ error: message })
