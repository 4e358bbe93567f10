import { connect, type Socket } from 'node:net'
import type { ISocketFactory } from 'kafkajs'
import { unansweredRequests, type UnansweredRequests } from './unanswered-requests.ts'
import { wholeAnswers } from './whole-answers.ts'

const KEEP_ALIVE_MS = 60_000

/** As kafkajs connects by itself. */
const plainSockets: ISocketFactory = ({ host, port, onConnect }) =>
  connect({ host, port }, onConnect).setKeepAlive(true, KEEP_ALIVE_MS)

export interface GuardedSocketsOptions {
  readonly sockets?: ISocketFactory | undefined
  /** Milliseconds since some moment. */
  readonly now?: () => number
}

/**
 * kafkajs believes every byte that it is sent: a size below zero throws where nobody catches, and ends the
 * process; one of a gigabyte is waited for; and half an answer that it has when a connection is lost stands
 * before the answers of the next one, which are then never understood. A connection that swallows what is
 * sent it keeps as long as the system does, a quarter of an hour.
 *
 * Here it gets whole answers, to what was asked. A stream that cannot be a broker's, and one that is silent
 * for too long, ends its connection, which kafkajs knows how to bear.
 */
export const guardedSockets =
  ({
    sockets = plainSockets,
    now = () => performance.now(),
  }: GuardedSocketsOptions = {}): ISocketFactory =>
  (options) => {
    const socket = sockets(options)
    const unanswered = unansweredRequests(now)
    guardWrites(socket, unanswered)
    const takeApart = wholeAnswers(unanswered)
    const on = socket.on.bind(socket) as (name: string, listener: Listener) => typeof socket
    const guarded =
      (listener: Listener): Listener =>
      (bytes: Buffer) => {
        try {
          const whole = takeApart(bytes)
          if (whole.length > 0) listener(whole)
        } catch (error) {
          socket.destroy(error as Error)
        }
      }
    return Object.assign(socket, {
      on: (name: string, listener: Listener) =>
        on(name, name === 'data' ? guarded(listener) : listener),
    })
  }

/** Requests are written one at a time, each as a whole. */
function guardWrites(socket: Socket, unanswered: UnansweredRequests): void {
  const write = socket.write.bind(socket) as (request: Buffer, ...rest: unknown[]) => boolean
  Object.assign(socket, {
    write(request: Buffer, ...rest: unknown[]) {
      if (unanswered.areOverdue()) socket.destroy(new Error('no answer for too long'))
      unanswered.add(request)
      return write(request, ...rest)
    },
  })
}

// What comes with an event is the event's affair.
// eslint-disable-next-line typescript/no-explicit-any
type Listener = (...args: any[]) => void
