import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AppError } from '../../shared/errors.ts'
import type { Now } from '../../shared/time.ts'
import { jsonReplies } from './json-replies.ts'
import { respConnection, type ConnectionLimits, type RespConnection } from './resp-connection.ts'
import { encodeCommands } from './resp-request.ts'

/** A connection to Redis that comes back. While there is none, `send` refuses at once: nothing queues. */
export interface RedisLink {
  send: RespConnection['send']
  end(): void
}

export interface LinkLimits extends ConnectionLimits {
  readonly connectDeadlineMs: number
  readonly reconnectFirstMs: number
  readonly reconnectLastMs: number
}

export interface LinkDeps {
  readonly url: URL
  readonly limits: LinkLimits
  readonly now: Now
  /** 0 to 1: spreads the gateways that lost the same Redis. */
  readonly random: () => number
  /** `undefined`: connected. */
  readonly changed: (lost: string | undefined) => void
}

export function redisLink({ url, limits, now, random, changed }: LinkDeps): RedisLink {
  let ready: RespConnection | undefined
  let current: RespConnection | undefined
  let retry: NodeJS.Timeout | undefined
  let failures = 0
  let ended = false

  function open(): void {
    const socket = openSocket(url)
    const connection = respConnection(socket, { ...limits, now })
    current = connection
    // Covers a peer that accepts and then says nothing, too: it ends only with the greeting's answer.
    const deadline = setTimeout(
      () => connection.end('redis did not greet in time'),
      limits.connectDeadlineMs,
    )
    socket.once(url.protocol === 'rediss:' ? 'secureConnect' : 'connect', () => {
      greet(connection, url).then(
        () => {
          clearTimeout(deadline)
          failures = 0
          ready = connection
          changed(undefined)
        },
        (error: unknown) => connection.end(error instanceof Error ? error.message : 'no greeting'),
      )
    })
    void connection.lost.then((reason) => {
      clearTimeout(deadline)
      ready = undefined
      current = undefined
      if (ended) return
      changed(reason)
      retry = setTimeout(open, backoffMs(failures, random(), limits))
      failures += 1
    })
  }

  open()
  return {
    send(request, replies, sink) {
      if (ready !== undefined) return ready.send(request, replies, sink)
      return Promise.reject(new AppError('STORE_UNAVAILABLE', 'redis is not connected'))
    },
    end() {
      ended = true
      clearTimeout(retry)
      current?.end('the gateway ends')
    },
  }
}

/** Doubles, between half and all of the step. */
function backoffMs(failures: number, random: number, limits: LinkLimits): number {
  const step = Math.min(
    limits.reconnectFirstMs * 2 ** Math.min(failures, 16),
    limits.reconnectLastMs,
  )
  return step * (0.5 + random / 2)
}

function openSocket(url: URL): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port || 6379)
  const socket =
    url.protocol === 'rediss:'
      ? connectTls({ host, port, servername: host })
      : connectTcp({ host, port })
  // A reply that is held back to be sent with the next costs more than the packet.
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 10_000)
  return socket
}

/** Signs in, picks the database, and hears that Redis serves: while it loads its data, PING is an error. */
async function greet(connection: RespConnection, url: URL): Promise<void> {
  const commands: string[][] = []
  const password = decodeURIComponent(url.password)
  const user = decodeURIComponent(url.username)
  if (password !== '') commands.push(user === '' ? ['auth', password] : ['auth', user, password])
  const database = url.pathname.slice(1)
  if (database !== '' && database !== '0') commands.push(['select', database])
  commands.push(['ping'])
  const replies = jsonReplies({ base64: false, bytesMax: 65_536 })
  await connection.send(encodeCommands(commands), commands.length, replies)
  // The reason is not passed on: what Redis says about a failed AUTH may name the user.
  if (replies.failed()) throw new AppError('STORE_UNAVAILABLE', 'redis refused the greeting')
}
