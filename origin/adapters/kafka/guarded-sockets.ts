import { connect } from 'node:net'
import type { ISocketFactory } from 'kafkajs'
import { KAFKA_REPLY_BYTES_MAX } from '../../../shared/limits.ts'

const KEEP_ALIVE_MS = 60_000
const SIZE_BYTES = 4

/** As kafkajs connects by itself. */
const plainSockets: ISocketFactory = ({ host, port, onConnect }) =>
  connect({ host, port }, onConnect).setKeepAlive(true, KEEP_ALIVE_MS)

/**
 * kafkajs believes every byte that it is sent: a size below zero throws where nobody catches, and ends the
 * process; one of a gigabyte is waited for. Here a stream that cannot be a broker's ends its connection,
 * which kafkajs knows how to bear.
 */
export const guardedSockets =
  (sockets: ISocketFactory = plainSockets): ISocketFactory =>
  (options) => {
    const socket = sockets(options)
    const isFramed = frameCheck()
    const on = socket.on.bind(socket) as (name: string, listener: Listener) => typeof socket
    const guarded =
      (listener: Listener): Listener =>
      (bytes: Buffer) => {
        try {
          if (!isFramed(bytes)) throw new Error('an answer that is none of a broker')
          listener(bytes)
        } catch (error) {
          socket.destroy(error as Error)
        }
      }
    return Object.assign(socket, {
      on: (name: string, listener: Listener) =>
        on(name, name === 'data' ? guarded(listener) : listener),
    })
  }

// What comes with an event is the event's affair.
// eslint-disable-next-line typescript/no-explicit-any
type Listener = (...args: any[]) => void

/** Follows a stream from size to size; false from the first that is impossible. */
function frameCheck(): (bytes: Buffer) => boolean {
  let header = Buffer.alloc(0)
  let awaited = 0
  return (bytes) => {
    let rest = bytes
    while (rest.length > 0) {
      const skipped = Math.min(awaited, rest.length)
      awaited -= skipped
      rest = rest.subarray(skipped)
      const taken = Math.min(SIZE_BYTES - header.length, rest.length)
      header = Buffer.concat([header, rest.subarray(0, taken)])
      rest = rest.subarray(taken)
      if (header.length < SIZE_BYTES) continue
      awaited = header.readInt32BE()
      header = Buffer.alloc(0)
      // A number that says which request it answers comes first.
      if (awaited < SIZE_BYTES || awaited > KAFKA_REPLY_BYTES_MAX) return false
    }
    return true
  }
}
