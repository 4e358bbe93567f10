import type { Duplex } from 'node:stream'
import { AppError } from '../../shared/errors.ts'
import type { Now } from '../../shared/time.ts'
import { ProtocolError, respParser, type ReplySink } from './resp-parser.ts'

/** One socket to Redis, from its opening to its end. */
export interface RespConnection {
  /**
   * Writes `request` at once, as a whole, and resolves when `replies` replies have gone to the sink. Rejects
   * with STORE_UNAVAILABLE when they have not come in time or never will; nothing is ever sent again.
   */
  send(request: string, replies: number, sink: ReplySink): Promise<void>
  /** Resolves with the reason when the connection is gone; never rejects. */
  readonly lost: Promise<string>
  end(reason: string): void
}

export interface ConnectionLimits {
  readonly deadlineMs: number
  readonly stallMs: number
  readonly waitingMax: number
  readonly waitingBytesMax: number
}

interface Waiting {
  sink: ReplySink
  repliesLeft: number
  readonly bytes: number
  readonly sentAtMs: number
  /** Given up: its replies still come, in their turn, and are thrown away. */
  expired: boolean
  resolve(): void
  reject(error: AppError): void
}

export function respConnection(
  socket: Duplex,
  { now, ...limits }: ConnectionLimits & { now: Now },
): RespConnection {
  const lost = Promise.withResolvers<string>()
  const waiting: Waiting[] = []
  let waitingBytes = 0
  let heardAtMs = now()
  let timer: NodeJS.Timeout | undefined
  let open = true

  const parse = respParser({
    next() {
      const first = waiting[0]
      if (first === undefined) throw new ProtocolError('a reply that nobody asked for')
      return first.sink
    },
    ended() {
      const first = waiting[0]
      if (first === undefined) return
      first.repliesLeft -= 1
      if (first.repliesLeft > 0) return
      waiting.shift()
      waitingBytes -= first.bytes
      first.resolve()
    },
  })

  function end(reason: string): void {
    if (!open) return
    open = false
    clearTimeout(timer)
    socket.destroy()
    for (const request of waiting.splice(0)) request.reject(unavailable(reason))
    lost.resolve(reason)
  }

  // One timer for all: requests expire in the order in which they were sent.
  function lookAtTheClock(): void {
    timer = undefined
    const at = now()
    const first = waiting[0]
    if (first === undefined) return
    if (at - Math.max(heardAtMs, first.sentAtMs) >= limits.stallMs) return end('redis stalled')
    for (const request of waiting) {
      if (request.expired) continue
      if (at - request.sentAtMs < limits.deadlineMs) break
      request.expired = true
      request.sink = NOBODY
      request.reject(unavailable('redis did not answer in time'))
    }
    watch()
  }

  function watch(): void {
    if (timer !== undefined) return
    const next = waiting.find((request) => !request.expired)
    const dueMs =
      next === undefined ? limits.stallMs / 4 : next.sentAtMs + limits.deadlineMs - now()
    timer = setTimeout(lookAtTheClock, Math.max(1, Math.min(dueMs, limits.stallMs / 4)))
  }

  socket.on('data', (chunk: Buffer) => {
    heardAtMs = now()
    try {
      parse(chunk)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      end(`redis broke the protocol: ${error.message}`)
    }
  })
  socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.name))
  socket.on('end', () => end('redis closed the connection'))
  socket.on('close', () => end('redis closed the connection'))

  return {
    lost: lost.promise,
    end,
    send(request, replies, sink) {
      if (!open) return Promise.reject(unavailable('redis is not connected'))
      const bytes = Buffer.byteLength(request)
      if (waiting.length >= limits.waitingMax || waitingBytes + bytes > limits.waitingBytesMax) {
        return Promise.reject(unavailable('too many requests wait for redis'))
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting.push({
        sink,
        repliesLeft: replies,
        bytes,
        sentAtMs: now(),
        expired: false,
        resolve,
        reject,
      })
      waitingBytes += bytes
      socket.write(request)
      watch()
      return promise
    },
  }
}

const unavailable = (detail: string): AppError => new AppError('STORE_UNAVAILABLE', detail)

const ignore = (): void => undefined
const NOBODY: ReplySink = {
  accepts: () => false,
  status: ignore,
  error: ignore,
  integer: ignore,
  bulk: ignore,
  nil: ignore,
  open: ignore,
  close: ignore,
}
