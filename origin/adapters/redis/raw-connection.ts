import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AppError } from '../../../shared/errors.ts'
import type { Command, Reply } from '../../../shared/feed/wave.ts'
import { encodeCommand, isEncoded, respReader, type EncodedCommand } from './resp.ts'

/**
 * One socket, used once. What is written over it either reached the node in this order and was answered
 * without an error, or the connection is dead and every call rejects: it neither queues nor sends again.
 */
export interface RawConnection {
  /** All of them as one write; their replies in order. */
  send(commands: readonly (Command | EncodedCommand)[]): Promise<readonly Reply[]>
  /** False after its death, which may come between two calls. */
  isAlive(): boolean
  close(): void
}

export interface RawConnectionOptions {
  readonly url: string
  readonly name: string
  readonly connectTimeoutMs: number
  /** For the answers of one write. */
  readonly deadlineMs: number
}

interface Waiting {
  readonly count: number
  readonly replies: Reply[]
  readonly resolve: (replies: readonly Reply[]) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

export async function rawConnection(options: RawConnectionOptions): Promise<RawConnection> {
  const url = new URL(options.url)
  const socket = await connected(url, options.connectTimeoutMs)
  const waiting: Waiting[] = []
  let death: AppError | undefined

  const die = (cause: unknown) => {
    death ??= new AppError('STORE_UNAVAILABLE', 'redis: the session is lost', { cause })
    socket.destroy()
    for (const { reject, timer } of waiting.splice(0)) {
      clearTimeout(timer)
      reject(death)
    }
  }
  const read = respReader((reply) => {
    const first = waiting[0]
    if (reply instanceof Error || first === undefined) {
      die(reply instanceof Error ? reply : new Error('a reply that nobody waits for'))
      return
    }
    first.replies.push(reply)
    if (first.replies.length < first.count) return
    waiting.shift()
    clearTimeout(first.timer)
    first.resolve(first.replies)
  })
  socket.on('data', (chunk: Buffer) => {
    try {
      read(chunk)
    } catch (error) {
      die(error)
    }
  })
  socket.on('error', die)
  socket.on('close', () => die(new Error('closed')))

  const connection: RawConnection = {
    send(commands) {
      if (death !== undefined) return Promise.reject(death)
      if (commands.length === 0) return Promise.resolve([])
      return new Promise((resolve, reject) => {
        const late = () => {
          if (waiting.includes(sent)) die(new Error(`no answer within ${options.deadlineMs} ms`))
        }
        // A process that stood still finds its timers over before it has looked at the socket: the answer
        // may lie there, and eight sessions given up at once would make a busy machine busier.
        const timer = setTimeout(() => setImmediate(late), options.deadlineMs)
        const sent = { count: commands.length, replies: [], resolve, reject, timer }
        waiting.push(sent)
        const text = commands.map(encodeCommand).join('')
        // Half the time of UTF-8, where it comes to the same.
        socket.write(text, commands.every(isEncoded) ? 'latin1' : 'utf8')
      })
    },
    isAlive: () => death === undefined,
    close: () => die(new Error('closed by us')),
  }
  await connection.send(greetings(url, options.name))
  return connection
}

function connected(url: URL, timeoutMs: number): Promise<Socket> {
  const port = Number(url.port === '' ? 6379 : url.port)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isTls = url.protocol === 'rediss:'
  return new Promise((resolve, reject) => {
    const socket = isTls
      ? connectTls({ host, port, servername: host })
      : connectPlain({ host, port, noDelay: true, keepAlive: true })
    const fail = (cause: Error) => {
      clearTimeout(timer)
      socket.destroy()
      reject(new AppError('STORE_UNAVAILABLE', 'redis: no connection', { cause }))
    }
    const timer = setTimeout(() => fail(new Error(`not within ${timeoutMs} ms`)), timeoutMs)
    socket.once('error', fail)
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      socket.off('error', fail)
      resolve(socket)
    })
  })
}

function greetings(url: URL, name: string): Command[] {
  const commands: Command[] = []
  const [user, password] = [url.username, url.password].map(decodeURIComponent)
  if (password !== undefined && password !== '') {
    commands.push(user === undefined || user === '' ? ['AUTH', password] : ['AUTH', user, password])
  }
  const db = url.pathname.slice(1)
  if (db !== '' && db !== '0') commands.push(['SELECT', db])
  commands.push(['CLIENT', 'SETNAME', name])
  return commands
}
